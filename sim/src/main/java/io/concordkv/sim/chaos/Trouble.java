package io.concordkv.sim.chaos;

import io.concordkv.client.ClientException;
import io.concordkv.client.ConcordClient;
import java.time.Duration;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;

/// Does to a cluster what its seed says: one trouble or two at a time, then peace for a while, and
/// so on. What is done is the same for the same seed; when it hits and whom it finds leading is
/// not.
final class Trouble {
  private static final int MIN_MILLIS = 300;
  private static final int MAX_MILLIS = 3000;

  private final RealCluster cluster;
  private final SplittableRandom chance;
  private final ConcordClient client;
  private final TreeMap<String, Integer> done = new TreeMap<>();
  private final Succession succession;

  Trouble(RealCluster cluster, SplittableRandom chance) {
    this.cluster = cluster;
    this.chance = chance;
    client = cluster.client(Duration.ofMillis(500));
    succession = new Succession(cluster, this::note);
  }

  /// How often each kind of trouble was made.
  SortedMap<String, Integer> done() {
    return done;
  }

  /// Makes trouble until the time is over, and leaves everything healed.
  void until(BooleanSupplier over) {
    try (client) {
      while (!over.getAsBoolean()) {
        make();
        if (chance.nextInt(3) == 0) {
          make();
        }
        last(over, chance.nextInt(MIN_MILLIS, MAX_MILLIS));
        cluster.heal();
        last(over, chance.nextInt(MIN_MILLIS, MAX_MILLIS));
      }
      cluster.heal();
      RealCluster.eventually("a change of the members comes to its end", succession::advance);
    } finally {
      cluster.heal();
    }
  }

  /// Lets things be. A node that has ended by itself, as it must when its disk fails, is started
  /// when the trouble is over.
  private void last(BooleanSupplier over, int millis) {
    long begun = System.nanoTime();
    while (System.nanoTime() - begun < millis * 1_000_000L && !over.getAsBoolean()) {
      var _ = succession.advance();
      RealCluster.pause(50);
    }
  }

  private void make() {
    int victim = chance.nextInt(3) == 0 ? leaderOr(some()) : some();
    switch (chance.nextInt(18)) {
      case 0, 1 -> kill(victim);
      case 2 -> killAll();
      case 3, 4 -> pause(victim);
      case 5 -> isolate(victim, true, true);
      case 6 -> isolate(victim, true, false);
      case 7 -> isolate(victim, false, true);
      case 8 -> split();
      case 9 -> slowLinks();
      case 10 -> narrowLinks();
      case 11 -> reset();
      case 12 -> slowDisk(victim);
      case 13 -> brokenDisk(victim);
      case 14 -> clock(victim);
      case 15, 16 -> replace(victim);
      default -> {
        if (chance.nextBoolean()) {
          rollingRestart();
        } else {
          moveLeader();
        }
      }
    }
  }

  private int some() {
    return chance.nextInt(cluster.size());
  }

  private int leaderOr(int other) {
    int leader = cluster.leader(client);
    return leader < 0 ? other : leader;
  }

  private void note(String what) {
    done.merge(what, 1, Integer::sum);
  }

  private void kill(int victim) {
    note("kill");
    cluster.node(victim).kill();
    if (chance.nextBoolean()) {
      cluster.start(victim);
    }
  }

  private void killAll() {
    note("kill-all");
    for (int i = 0; i < cluster.size(); i++) {
      cluster.node(i).kill();
    }
    cluster.startAll();
  }

  private void pause(int victim) {
    note("pause");
    cluster.node(victim).pause();
  }

  private void isolate(int victim, boolean in, boolean out) {
    note(in && out ? "isolate" : in ? "deafen" : "mute");
    for (int other = 0; other < cluster.size(); other++) {
      if (other != victim) {
        cluster.link(other, victim).close(in);
        cluster.link(victim, other).close(out);
      }
    }
  }

  private void split() {
    note("split");
    var side = new boolean[cluster.size()];
    for (int i = 0; i < side.length; i++) {
      side[i] = chance.nextBoolean();
    }
    for (int from = 0; from < side.length; from++) {
      for (int to = 0; to < side.length; to++) {
        if (side[from] != side[to]) {
          cluster.link(from, to).close(true);
        }
      }
    }
  }

  private void slowLinks() {
    note("slow-links");
    int millis = chance.nextInt(5, 200);
    cluster.forEachLink(link -> link.slow(chance.nextInt(1, millis + 1)));
  }

  private void narrowLinks() {
    note("narrow-links");
    int bytes = chance.nextInt(10_000, 200_000);
    cluster.forEachLink(link -> link.narrow(bytes));
  }

  private void reset() {
    note("reset");
    cluster.forEachLink(PeerLink::reset);
  }

  private void slowDisk(int victim) {
    var spoiler = cluster.node(victim).spoiler();
    if (spoiler != null) {
      note("slow-disk");
      spoiler.syncsTake(chance.nextInt(20, 500));
    }
  }

  private void brokenDisk(int victim) {
    var spoiler = cluster.node(victim).spoiler();
    if (spoiler == null) {
      return;
    }
    if (chance.nextBoolean()) {
      note("full-disk");
      spoiler.noSpace(true);
    } else {
      note("failing-sync");
      spoiler.syncsFail(true);
    }
  }

  private void clock(int victim) {
    var spoiler = cluster.node(victim).spoiler();
    if (spoiler != null) {
      note("clock");
      spoiler.clockOff(chance.nextLong(-3_600_000, 3_600_000));
    }
  }

  private void rollingRestart() {
    note("rolling-restart");
    for (int i = 0; i < cluster.size(); i++) {
      var node = cluster.node(i);
      if (node.alive() && !node.paused() && !cluster.held(i)) {
        node.terminate();
        node.start();
      }
    }
  }

  /// The node dies or goes on to live: either way another takes its place.
  private void replace(int victim) {
    boolean dies = chance.nextBoolean();
    if (succession.begin(victim, chance.nextBoolean())) {
      note(dies ? "replace-dead" : "replace");
      if (dies) {
        cluster.node(victim).kill();
      }
    }
  }

  private void moveLeader() {
    int leader = cluster.leader(client);
    if (leader < 0) {
      return;
    }
    note("move-leader");
    try {
      var target = cluster.id(some());
      var _ = client.maintenance().moveLeader(cluster.endpoints().get(leader), target);
    } catch (ClientException refused) {
      // It leads itself already, or is no voter, or nobody leads now.
    }
  }
}
