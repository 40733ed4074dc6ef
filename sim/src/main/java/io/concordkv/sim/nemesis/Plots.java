package io.concordkv.sim.nemesis;

import io.concordkv.raft.Role;
import io.concordkv.sim.cluster.SimCluster;
import io.concordkv.sim.cluster.SimNode;
import io.concordkv.sim.cluster.Swarm;
import io.concordkv.sim.net.SimNetwork;
import io.concordkv.sim.workload.Clients;
import io.concordkv.testkit.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/// Harm in several steps, each waiting for what the one before has led to: what blows at random
/// hardly ever add up to. Has its own stream of chance, beside that of the [Nemesis].
///
/// - A *coup*: the leader is cut off and takes many writes alone. As soon as it has a successor
///   that has committed something of its own, the successor falls and the old leader is back, with
///   a log that is longer and older than all others.
/// - A *rush*: the leader takes many writes and is not heard any more when it commits them. Readers
///   are there the moment its successor is elected, before that knows what is committed.
/// - A *bad sync* ends a node, which then starts on a disk that has less than it shows.
/// - A *stall*: the leader's disk stands still while its followers' acknowledge; perhaps the power
///   goes before it goes on.
final class Plots {
  private static final long MAX_PEACE_MILLIS = 8000;
  private static final long MAX_HARM_MILLIS = 5000;
  private static final int MAX_FLOOD = 60;

  /// How often, and after how long, a plot looks whether it can go on.
  private static final int PATIENCE = 100;

  private static final long LOOK_MILLIS = 60;

  /// The same where a look must not come late.
  private static final int RUSH_PATIENCE = 20_000;

  private static final long RUSH_MICROS = 200;

  private final Simulation simulation;
  private final SimCluster cluster;
  private final SimNetwork network;
  private final Clients clients;
  private final SplittableRandom chance;
  private final List<Runnable> plots = new ArrayList<>();
  private boolean stopped;
  private int struck;

  Plots(
      Simulation simulation, SimCluster cluster, SimNetwork network, Clients clients, Swarm swarm) {
    this.simulation = simulation;
    this.cluster = cluster;
    this.network = network;
    this.clients = clients;
    chance = simulation.random("nemesis/plots");
    if (swarm.coups()) {
      plots.add(this::coup);
      plots.add(this::rush);
    }
    if (swarm.badSyncs()) {
      plots.add(this::badSync);
    }
    if (swarm.stalls()) {
      plots.add(this::stall);
    }
  }

  void start() {
    if (!plots.isEmpty()) {
      later(1 + chance.nextLong(MAX_PEACE_MILLIS), this::plot);
    }
  }

  void stop() {
    stopped = true;
  }

  int struck() {
    return struck;
  }

  private void plot() {
    later(1 + chance.nextLong(MAX_PEACE_MILLIS), this::plot);
    plots.get(chance.nextInt(plots.size())).run();
  }

  private void coup() {
    var old = cluster.leader();
    if (old == null) {
      return;
    }
    struck++;
    isolate(old);
    int writes = 1 + chance.nextInt(MAX_FLOOD);
    later(chance.nextLong(300), () -> clients.flood(old, writes, chance));
    awaitSuccessor(old, PATIENCE);
  }

  private void awaitSuccessor(SimNode old, int patience) {
    var leader = cluster.leader();
    if (leader != null && leader != old && committedOwn(leader)) {
      network.mendAll();
      if (chance.nextBoolean()) {
        isolate(leader);
      } else {
        cluster.powerCut(leader);
      }
      if (chance.nextInt(4) == 0) {
        cluster.kill(old);
        cluster.start(old);
      }
      later(
          1000 + chance.nextLong(MAX_HARM_MILLIS),
          () -> {
            network.mendAll();
            cluster.start(leader);
          });
    } else if (patience == 0) {
      network.mendAll();
    } else {
      later(LOOK_MILLIS, () -> awaitSuccessor(old, patience - 1));
    }
  }

  private static boolean committedOwn(SimNode leader) {
    var up = leader.up();
    if (up == null) {
      return false;
    }
    var status = up.raftStatus();
    var entry = up.replica().entry(status.hardState().committed());
    return status.role() == Role.LEADER
        && entry != null
        && entry.term() == status.hardState().term();
  }

  private void rush() {
    var old = cluster.leader();
    if (old == null) {
      return;
    }
    struck++;
    clients.flood(old, 5 + chance.nextInt(MAX_FLOOD), chance);
    laterMicros(
        chance.nextLong(2500),
        () -> {
          // What it commits now it tells its clients, but no follower.
          cluster.nodes().forEach(node -> network.cut(old.id(), node.id()));
          awaitReaders(old, RUSH_PATIENCE);
        });
  }

  private void awaitReaders(SimNode old, int patience) {
    var leader = cluster.leader();
    if (leader != null && leader != old) {
      clients.rush(leader, 1 + chance.nextInt(5), chance);
    } else if (patience > 0) {
      laterMicros(RUSH_MICROS, () -> awaitReaders(old, patience - 1));
      return;
    }
    later(chance.nextLong(MAX_HARM_MILLIS), network::mendAll);
  }

  private void stall() {
    var leader = cluster.leader();
    var env = leader == null ? null : leader.env();
    if (leader == null || env == null || !env.alive()) {
      return;
    }
    struck++;
    long millis = 1 + chance.nextLong(chance.nextBoolean() ? 50 : 2000);
    env.stallLog(Duration.ofMillis(millis));
    clients.flood(leader, 1 + chance.nextInt(10), chance);
    if (chance.nextBoolean()) {
      later(
          chance.nextLong(millis),
          () -> {
            cluster.powerCut(leader);
            later(chance.nextLong(MAX_HARM_MILLIS), () -> cluster.start(leader));
          });
    }
  }

  /// The node ends at its next sync; what it wrote for that may be in the page cache only when it
  /// starts again, so that the power goes as well, now and then.
  private void badSync() {
    var victim = cluster.nodes().get(chance.nextInt(cluster.nodes().size()));
    if (!victim.running()) {
      return;
    }
    struck++;
    cluster.failSync(victim);
    boolean powerGoes = chance.nextInt(3) == 0;
    later(
        100 + chance.nextLong(MAX_HARM_MILLIS),
        () -> {
          cluster.spare(victim);
          cluster.start(victim);
          if (powerGoes) {
            later(chance.nextLong(100), () -> cut(victim));
          }
        });
  }

  private void cut(SimNode victim) {
    cluster.powerCut(victim);
    later(chance.nextLong(MAX_HARM_MILLIS), () -> cluster.start(victim));
  }

  private void isolate(SimNode node) {
    var others = cluster.nodes().stream().map(SimNode::id).filter(id -> id != node.id()).toList();
    network.part(List.of(node.id()), others);
  }

  private void later(long millis, Runnable task) {
    laterMicros(millis * 1000, task);
  }

  private void laterMicros(long micros, Runnable task) {
    simulation
        .world()
        .after(
            Duration.ofNanos(micros * 1000),
            () -> {
              if (!stopped) {
                task.run();
              }
            });
  }
}
