package io.concordkv.sim;

import io.concordkv.base.ConcordException;
import io.concordkv.mvcc.MvccStore.KeyspaceHash;
import io.concordkv.node.Answer;
import io.concordkv.node.Reply;
import io.concordkv.sim.check.WatchCheck;
import io.concordkv.sim.cluster.SimCluster;
import io.concordkv.sim.cluster.SimNode;
import io.concordkv.sim.cluster.Swarm;
import io.concordkv.sim.model.Replay;
import io.concordkv.sim.nemesis.Nemesis;
import io.concordkv.sim.net.SimNetwork;
import io.concordkv.sim.oracle.Oracle;
import io.concordkv.sim.oracle.StateCheck;
import io.concordkv.sim.oracle.Violation;
import io.concordkv.sim.workload.Clients;
import io.concordkv.testkit.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
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

  /// How long a node may still stand still once the nemesis has gone.
  private static final Duration PAUSES_END = Duration.ofSeconds(6);

  /// So many election timeouts a healed cluster has to find a leader.
  private static final int ELECTIONS = 10;

  private final long seed;
  private final Simulation simulation;
  private final Swarm swarm;
  private final Replay replay;
  private final Oracle oracle;
  private final StateCheck states;
  private final SimCluster cluster;
  private final Clients clients;
  private final Nemesis nemesis;
  private boolean decided = true;

  private SimRun(long seed, int nodes, Duration chaos) {
    this.seed = seed;
    simulation = new Simulation(seed);
    swarm = Swarm.draw(simulation.random("swarm"), nodes, chaos);
    replay = new Replay(simulation::nanos);
    oracle = new Oracle(replay, name -> simulation.disk(name).medium());
    var network = new SimNetwork(simulation, oracle);
    cluster = new SimCluster(simulation, swarm, network);
    states = new StateCheck(replay);
    clients = new Clients(simulation, cluster, swarm, replay);
    nemesis = new Nemesis(simulation, cluster, network, clients, swarm);
    simulation.observe(this::look);
  }

  /// Runs `seed`; `nodes` 0 lets it choose between three and five.
  public static SimReport run(long seed, int nodes, Duration chaos) {
    return new SimRun(seed, nodes, chaos).run();
  }

  /// Only events of its own loop change a node.
  private void look() {
    var node = cluster.node(simulation.lastRan());
    var up = node == null ? null : node.up();
    var env = node == null ? null : node.env();
    if (node != null && up != null && env != null) {
      oracle.look(node.name(), up);
      states.look(node.name(), up, env);
    }
    clients.look();
  }

  private SimReport run() {
    try {
      cluster.nodes().forEach(cluster::start);
      clients.start();
      nemesis.start();
      simulation.runFor(swarm.chaos());
      nemesis.stop();
      recover();
      simulation.runFor(AFTER_HEALING);
      clients.stop();
      simulation.runFor(swarm.leases() ? LEASES_END : REQUESTS_END);
      var before = calm();
      readable();
      cluster.nodes().forEach(cluster::powerCut);
      cluster.nodes().forEach(cluster::start);
      var after = calm();
      Violation.unless(
          before.equals(after),
          "restart-keeps-state",
          "before the last power cut " + before + ", after it " + after);
      expectNoLeasedKey();
      decided = clients.judge();
      return report(null);
    } catch (Violation violation) {
      return report(violation);
    } catch (RuntimeException | Error failure) {
      return report(new Violation("simulator", failure.toString(), failure));
    }
  }

  /// I16: soon after healing there is a leader that can commit.
  private void recover() {
    var limit = PAUSES_END.plus(swarm.config().electionTimeout().multipliedBy(ELECTIONS));
    Violation.unless(
        simulation.runUntil(this::led, limit), "I16 leader", "after " + limit + describe());
  }

  private boolean led() {
    var leader = cluster.leader();
    var up = leader == null ? null : leader.up();
    if (up == null) {
      return false;
    }
    var state = up.raftStatus().hardState();
    return state.committed() > 0 && replay.step(state.committed()).term() == state.term();
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
    answering();
    Violation.unless(
        simulation.runUntil(() -> clients.watchedUpTo(first.revision()), CALM),
        WatchCheck.RELIABLE,
        "a watcher never heard of revision " + first.revision());
    return first;
  }

  /// I14: all that every node has is what the log makes.
  private void readable() {
    var read = new TreeSet<String>();
    for (var node : cluster.nodes()) {
      var up = node.up();
      var env = node.env();
      if (up != null && env != null) {
        states.read(StateCheck.REPLICAS, node.name(), up, env, () -> read.add(node.name()));
      }
    }
    Violation.unless(
        simulation.runUntil(() -> read.size() == cluster.nodes().size(), CALM),
        "I16 answers",
        "only these can be read: " + read);
  }

  /// I16: through every node all that was acknowledged can be read.
  private void answering() {
    var answered = new TreeSet<String>();
    for (var node : cluster.nodes()) {
      clients.readEverything(node, () -> answered.add(node.name()));
    }
    Violation.unless(
        simulation.runUntil(() -> answered.size() == cluster.nodes().size(), CALM),
        "I16 answers",
        "only these answer: " + answered);
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
      boolean still =
          index == status.applied()
              && index == status.hardState().committed()
              && !status.configuration().joint()
              && status.followers().values().stream().allMatch(other -> other.match() == index);
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
