package io.concordkv.sim;

import io.concordkv.base.ConcordException;
import io.concordkv.mvcc.MvccStore.KeyspaceHash;
import io.concordkv.node.Answer;
import io.concordkv.node.Reply;
import io.concordkv.sim.cluster.SimCluster;
import io.concordkv.sim.cluster.SimNode;
import io.concordkv.sim.cluster.Swarm;
import io.concordkv.sim.nemesis.Nemesis;
import io.concordkv.sim.net.SimNetwork;
import io.concordkv.sim.oracle.Oracle;
import io.concordkv.sim.oracle.Violation;
import io.concordkv.sim.workload.Clients;
import io.concordkv.testkit.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// One seed: starts a cluster, lets clients and the nemesis loose on it, heals it, waits for calm,
/// compares the nodes, cuts the power once more, compares again, and judges what clients saw.
public final class SimRun {
  /// Generous for any catching up, yet far from forever.
  private static final Duration CALM = Duration.ofSeconds(60);

  /// The longest lease that clients ask for, given anew by a new leader, and a good measure more.
  private static final Duration LEASES_END = Duration.ofSeconds(20);

  /// No request is under way any more.
  private static final Duration REQUESTS_END = Duration.ofSeconds(12);

  private static final Duration AFTER_HEALING = Duration.ofSeconds(3);

  private final long seed;
  private final Simulation simulation;
  private final Swarm swarm;
  private final Oracle oracle;
  private final SimCluster cluster;
  private final Clients clients;
  private final Nemesis nemesis;
  private boolean decided = true;

  private SimRun(long seed, int nodes, Duration chaos) {
    this.seed = seed;
    simulation = new Simulation(seed);
    swarm = Swarm.draw(simulation.random("swarm"), nodes, chaos);
    oracle = new Oracle(swarm.nodes(), name -> simulation.disk(name).medium());
    var network = new SimNetwork(simulation, oracle);
    cluster = new SimCluster(simulation, swarm, network);
    clients = new Clients(simulation, cluster, swarm);
    nemesis = new Nemesis(simulation, cluster, network, clients, swarm);
    simulation.observe(this::look);
  }

  /// Runs `seed`; `nodes` 0 lets it choose between three and five.
  public static SimReport run(long seed, int nodes, Duration chaos) {
    return new SimRun(seed, nodes, chaos).run();
  }

  private void look() {
    for (var node : cluster.nodes()) {
      var up = node.up();
      if (up != null) {
        oracle.look(node.name(), up);
      }
    }
  }

  private SimReport run() {
    try {
      cluster.nodes().forEach(cluster::start);
      clients.start();
      nemesis.start();
      simulation.runFor(swarm.chaos());
      nemesis.stop();
      simulation.runFor(AFTER_HEALING);
      clients.stop();
      simulation.runFor(swarm.leases() ? LEASES_END : REQUESTS_END);
      var before = calm();
      cluster.nodes().forEach(cluster::powerCut);
      cluster.nodes().forEach(cluster::start);
      var after = calm();
      Violation.unless(
          before.equals(after),
          "restart-keeps-state",
          "before the last power cut " + before + ", after it " + after);
      expectNoLeasedKey();
      decided = clients.judge(before.revision());
      return report(null);
    } catch (Violation violation) {
      return report(violation);
    } catch (RuntimeException | Error failure) {
      return report(new Violation("simulator", failure.toString(), failure));
    }
  }

  /// Waits until there is one leader, nothing lags, and all watchers know all; then the nodes'
  /// hash.
  private KeyspaceHash calm() {
    Violation.unless(
        simulation.runUntil(this::level, CALM), "I16 converges", "after healing: " + describe());
    var hashes = new TreeMap<String, KeyspaceHash>();
    for (var node : cluster.nodes()) {
      hash(node, hashes);
    }
    Violation.unless(
        simulation.runUntil(() -> hashes.size() == cluster.nodes().size(), CALM),
        "I16 answers",
        "only these answer: " + hashes.keySet());
    var first = hashes.firstEntry().getValue();
    Violation.unless(
        hashes.values().stream().allMatch(first::equals), "I14 replicas-equal", hashes.toString());
    Violation.unless(
        simulation.runUntil(() -> clients.watchedUpTo(first.revision()), CALM),
        "watch-reliable",
        "a watcher never heard of revision " + first.revision());
    return first;
  }

  /// Nobody keeps a lease alive any more, so all are over and their keys are gone.
  private void expectNoLeasedKey() {
    var counts = new ArrayList<Long>();
    for (var node : cluster.nodes()) {
      clients.countLeasedKeys(node, counts::add);
    }
    Violation.unless(
        simulation.runUntil(() -> counts.size() == cluster.nodes().size(), CALM),
        "I16 answers",
        "a node does not read");
    Violation.unless(
        counts.stream().allMatch(count -> count == 0), "lease-ends", "leased keys live: " + counts);
  }

  private boolean level() {
    var leader = cluster.leader();
    if (leader == null) {
      return false;
    }
    long committed = -1;
    for (var node : cluster.nodes()) {
      var up = node.up();
      if (up == null) {
        return false;
      }
      var status = up.raftStatus();
      long index = status.last().index();
      boolean still = index == status.applied() && index == status.hardState().committed();
      if (!still || (committed >= 0 && committed != index) || status.leader() != leader.id()) {
        return false;
      }
      committed = index;
    }
    return true;
  }

  private static void hash(SimNode node, Map<String, KeyspaceHash> hashes) {
    var up = node.up();
    if (up == null) {
      return;
    }
    up.hashKeyspace(
        0,
        new Reply<Answer<KeyspaceHash>>() {
          @Override
          public void done(Answer<KeyspaceHash> answer) {
            hashes.put(node.name(), answer.value());
          }

          @Override
          public void failed(ConcordException error) {
            throw new Violation("I14 replicas-equal", node.name() + " cannot hash", error);
          }
        });
  }

  private String describe() {
    var text = new StringBuilder();
    for (var node : cluster.nodes()) {
      var up = node.up();
      text.append('\n').append(node.name()).append(": ");
      text.append(up == null ? "down" : up.raftStatus());
    }
    return text.toString();
  }

  private SimReport report(@Nullable Violation violation) {
    return new SimReport(
        seed,
        swarm.nodes(),
        simulation.trace(),
        simulation.nanos(),
        simulation.events(),
        nemesis.struck(),
        oracle.elections(),
        oracle.commits(),
        clients.calls(),
        clients.unknown(),
        decided,
        violation);
  }
}
