package io.concordkv.sim.workload;

import io.concordkv.mvcc.RangeQuery;
import io.concordkv.mvcc.Result;
import io.concordkv.mvcc.Span;
import io.concordkv.node.Answer;
import io.concordkv.node.Node;
import io.concordkv.sim.check.Action;
import io.concordkv.sim.check.Call;
import io.concordkv.sim.check.Linearizability;
import io.concordkv.sim.check.Outcome;
import io.concordkv.sim.check.Verdict;
import io.concordkv.sim.cluster.SimCluster;
import io.concordkv.sim.cluster.SimNode;
import io.concordkv.sim.cluster.Swarm;
import io.concordkv.sim.cluster.Toggle;
import io.concordkv.sim.oracle.Violation;
import io.concordkv.testkit.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.LongConsumer;

/// All clients and watchers of a run, and what they know together.
public final class Clients {
  private final Simulation simulation;
  private final SimCluster cluster;
  private final Swarm swarm;
  private final History history = new History();
  private final Revisions revisions = new Revisions();
  private final Leases leases;
  private final Flood flood = new Flood(this);
  private final List<Client> clients = new ArrayList<>();
  private final List<Watcher> watchers = new ArrayList<>();
  private final TreeMap<String, Long> likely = new TreeMap<>();
  private long lastValue;
  private boolean stopped;

  public Clients(Simulation simulation, SimCluster cluster, Swarm swarm) {
    this.simulation = simulation;
    this.cluster = cluster;
    this.swarm = swarm;
    leases = new Leases(simulation);
    for (int i = 0; i < swarm.clients(); i++) {
      clients.add(new Client(i, this, simulation.random("client/" + i)));
    }
    for (var node : cluster.nodes()) {
      var chance = simulation.random("watcher/" + node.name());
      watchers.add(
          new Watcher(node, revisions, simulation, chance, swarm.has(Toggle.SLOW_WATCHERS)));
    }
    cluster.onOpened(node -> watchers.get(cluster.nodes().indexOf(node)).attach());
  }

  public void start() {
    clients.forEach(Client::start);
  }

  public void stop() {
    stopped = true;
  }

  public int calls() {
    return history.calls().size();
  }

  public int unknown() {
    return history.unknown();
  }

  /// Whether every watcher was told of everything up to `revision`.
  public boolean watchedUpTo(long revision) {
    return watchers.stream()
        .allMatch(watcher -> watcher.next() > revision || watcher.node().lost());
  }

  /// How many leased keys `node` has.
  public void countLeasedKeys(SimNode node, LongConsumer then) {
    var up = node.up();
    if (up != null) {
      up.range(
          RangeQuery.of(Span.prefix(Leases.PREFIX)),
          true,
          Leases.reply(
              (Answer<Result.Ranged> answer) -> then.accept(answer.value().count()), () -> {}));
    }
  }

  /// Has `count` writes, all at once, asked of `node`.
  public void flood(SimNode node, int count, SplittableRandom chance) {
    flood.write(node, count, chance);
  }

  /// Has `count` linearizable reads, all at once, asked of `node`.
  public void rush(SimNode node, int count, SplittableRandom chance) {
    flood.read(node, count, chance);
  }

  /// Judges everything, once nothing is under way. `revision` is the last one there is. False if
  /// the search for an order of the calls was given up.
  public boolean judge(long revision) {
    flood.giveUp();
    revisions.checkAll(revision);
    return switch (Linearizability.check(history.calls())) {
      case Verdict.Violation violation ->
          throw new Violation("linearizability", violation.toString());
      case Verdict.Linearizable _ -> true;
      case Verdict.Undecided _ -> false;
    };
  }

  History history() {
    return history;
  }

  Revisions revisions() {
    return revisions;
  }

  boolean stopped() {
    return stopped;
  }

  List<SimNode> up() {
    return cluster.up();
  }

  void after(long nanos, Runnable task) {
    simulation.world().after(Duration.ofNanos(nanos), task);
  }

  String key(SplittableRandom chance) {
    return "key/" + chance.nextInt(swarm.keys());
  }

  long freshValue() {
    return ++lastValue;
  }

  boolean twins() {
    return swarm.has(Toggle.TWINS);
  }

  /// What `key` may well hold now.
  long likely(String key) {
    return likely.getOrDefault(key, Call.ABSENT);
  }

  void learnt(String key, Action action, Outcome outcome) {
    switch (outcome) {
      case Outcome.Saw(long before) -> likely.put(key, action.after(before));
      case Outcome.Done() -> likely.put(key, action.after(Call.ABSENT));
      case Outcome.Refused(), Outcome.Unknown() -> {}
    }
    simulation.note(likely(key));
  }

  /// What is done beside reading and writing plain keys.
  void side(int client, SimNode node, SplittableRandom chance, Runnable done) {
    var up = node.up();
    boolean compacts = swarm.has(Toggle.COMPACTIONS) && chance.nextInt(3) == 0;
    if (up == null || !(compacts || swarm.has(Toggle.LEASES))) {
      done.run();
    } else if (compacts) {
      compact(up, chance, done);
    } else {
      leases.act(up, chance, once(done));
    }
  }

  private void compact(Node node, SplittableRandom chance, Runnable done) {
    long revision = revisions.acknowledged() - chance.nextInt(100);
    if (revision <= 1) {
      done.run();
      return;
    }
    node.compact(revision, chance.nextBoolean(), Leases.reply((Answer<Result> _) -> {}, () -> {}));
    done.run();
  }

  /// Runs `done` once, at the latest after a while: a node that dies does not answer.
  private Runnable once(Runnable done) {
    var ran = new boolean[1];
    Runnable run =
        () -> {
          if (!ran[0]) {
            ran[0] = true;
            done.run();
          }
        };
    after(Duration.ofSeconds(3).toNanos(), run);
    return run;
  }
}
