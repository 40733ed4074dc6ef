package io.concordkv.sim;

import io.concordkv.base.ConcordException;
import io.concordkv.mvcc.MvccStore.KeyspaceHash;
import io.concordkv.node.Answer;
import io.concordkv.node.Reply;
import io.concordkv.raft.Configuration;
import io.concordkv.raft.Entry;
import io.concordkv.raft.RaftStatus;
import io.concordkv.sim.check.WatchCheck;
import io.concordkv.sim.cluster.SimCluster;
import io.concordkv.sim.cluster.SimNode;
import io.concordkv.sim.cluster.Swarm;
import io.concordkv.sim.model.Replay;
import io.concordkv.sim.nemesis.Nemesis;
import io.concordkv.sim.net.Route;
import io.concordkv.sim.net.SimNetwork;
import io.concordkv.sim.net.Trouble;
import io.concordkv.sim.oracle.Configurations;
import io.concordkv.sim.oracle.StateCheck;
import io.concordkv.sim.violation.Violation;
import io.concordkv.sim.workload.Clients;
import io.concordkv.testkit.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;

/// What comes after chaos: first only as many nodes as are needed are healed and must come to work
/// without the others; then all are, and must come to be equal.
final class Phases {
  /// Generous for any catching up, yet far from forever.
  static final Duration CALM = Duration.ofSeconds(60);

  private static final Duration LOOK = Duration.ofMillis(10);
  private static final Duration BEYOND_HEALING = Duration.ofSeconds(20);

  /// How long a node may still stand still once the nemesis has gone.
  private static final Duration PAUSES_END = Duration.ofSeconds(6);

  /// So many election timeouts a healed cluster has to find a leader.
  private static final int ELECTIONS = 10;

  private final Simulation simulation;
  private final SimCluster cluster;
  private final Clients clients;
  private final SimNetwork network;
  private final Nemesis nemesis;
  private final Swarm swarm;
  private final Replay replay;
  private final StateCheck states;

  Phases(
      Simulation simulation,
      SimCluster cluster,
      Clients clients,
      SimNetwork network,
      Nemesis nemesis,
      Swarm swarm,
      Replay replay,
      StateCheck states) {
    this.simulation = simulation;
    this.cluster = cluster;
    this.clients = clients;
    this.network = network;
    this.nemesis = nemesis;
    this.swarm = swarm;
    this.replay = replay;
    this.states = states;
  }

  /// Heals a quorum that chance picks, while all others stand still and cannot be reached; it has
  /// to elect a leader and to commit without them. A member that may have lost something, or whose
  /// state is damaged, needs the others, so nothing is demanded of a quorum with such a one.
  void healCore() {
    if (swarm.setup().beyond()) {
      return;
    }
    // What only a witness and somebody outside have is waited for, so no witness is asked.
    var core = new ArrayList<>(cluster.keepers());
    Collections.shuffle(core, new Random(simulation.random("core").nextLong()));
    if (!quorum(core)) {
      return;
    }
    for (var node : List.copyOf(core)) {
      core.remove(node);
      if (!quorum(core)) {
        core.add(node);
      }
    }
    var others = new ArrayList<>(cluster.nodes());
    others.removeAll(core);
    network.heal();
    freeze(others);
    core.forEach(nemesis::heal);
    // A node that starts for the first time has its id only now.
    long known = core.stream().mapToLong(Phases::committed).max().orElse(0);
    boolean works = await(() -> !quorum(core) || works(core, known));
    others.forEach(Phases::resume);
    Violation.unless(
        works, "I16 core-converges", "of " + names(core) + " with " + known + ": " + describe());
  }

  /// Whether `reached` comes to hold in time; looks now and then only, since looking costs more
  /// than an event.
  boolean await(BooleanSupplier reached) {
    for (long left = CALM.dividedBy(LOOK); left > 0; left--) {
      if (reached.getAsBoolean()) {
        return true;
      }
      simulation.runFor(LOOK);
    }
    return reached.getAsBoolean();
  }

  private void freeze(List<SimNode> others) {
    for (var node : others) {
      var env = node.env();
      if (env != null && env.alive()) {
        env.pause(CALM.multipliedBy(2));
      }
      network.add(new Trouble.Cut(Route.of(node.id())));
    }
  }

  private static void resume(SimNode node) {
    var env = node.env();
    if (env != null && env.alive()) {
      env.resume();
    }
  }

  /// Whether these can decide by every configuration that somebody may go by, now or soon: whoever
  /// is up by what it has applied and by what its log has, all others by what is known to be
  /// committed.
  private boolean quorum(List<SimNode> nodes) {
    var core = new TreeSet<Long>();
    nodes.forEach(node -> core.add(node.id()));
    long size = replay.size();
    var committed = size == 0 ? null : replay.step(size).configuration();
    if (committed != null && !majorities(committed, core)) {
      return false;
    }
    for (var node : cluster.nodes()) {
      var up = node.up();
      if (up == null) {
        continue;
      }
      var status = up.raftStatus();
      if (!status.configuration().members().isEmpty()
          && !majorities(status.configuration(), core)) {
        return false;
      }
      for (long index = Math.max(status.applied() + 1, status.first());
          index <= status.last().index();
          index++) {
        var entry = up.replica().entry(index);
        if (entry != null
            && entry.kind() == Entry.Kind.CONFIGURATION
            && !majorities(entry.configuration(), core)) {
          return false;
        }
      }
    }
    return true;
  }

  private static boolean majorities(Configuration configuration, Set<Long> core) {
    return Configurations.quorum(configuration, core::contains)
        && Configurations.quorum(configuration.left(), core::contains);
  }

  private static String names(List<SimNode> nodes) {
    return nodes.stream().map(SimNode::name).toList().toString();
  }

  private static long committed(SimNode node) {
    var up = node.up();
    return up == null ? 0 : up.raftStatus().hardState().committed();
  }

  private static boolean mayHaveLost(SimNode node) {
    var up = node.up();
    return node.lost() || (up != null && (up.raftStatus().suspect() || up.replica().renewing()));
  }

  private boolean works(List<SimNode> core, long known) {
    if (core.stream().anyMatch(Phases::mayHaveLost)) {
      return true;
    }
    boolean led = false;
    for (var node : core) {
      if (node.retired()) {
        continue; // It was removed meanwhile.
      }
      var up = node.up();
      if (up == null || up.raftStatus().applied() < known) {
        return false;
      }
      var leader = cluster.leader();
      led |= node == leader && up.raftStatus().hardState().committed() > known;
    }
    return led;
  }

  /// Waits until there is one leader, nothing lags, and all watchers know all; then the nodes'
  /// hash.
  KeyspaceHash calm() {
    Violation.unless(await(this::level), "I16 converges", "after healing: " + describe());
    var hashes = new TreeMap<String, KeyspaceHash>();
    cluster.keepers().forEach(node -> hash(node, hashes));
    Violation.unless(
        await(() -> allIn(hashes.keySet())),
        "I16 answers",
        "only these answer: " + hashes.keySet());
    var first = hashes.firstEntry().getValue();
    Violation.unless(
        hashes.values().stream().allMatch(first::equals), "I14 replicas-equal", hashes.toString());
    answering();
    Violation.unless(
        await(() -> clients.watchedUpTo(first.revision())),
        WatchCheck.RELIABLE,
        clients.unwatched(first.revision()) + " never heard of revision " + first.revision());
    return first;
  }

  /// I16: soon after healing there is a leader that can commit. One that may have lost something
  /// waits for the others, as long as they take.
  void recover() {
    if (swarm.setup().beyond()) {
      return;
    }
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

  /// I14: all that every node has is what the log makes.
  void readable() {
    var read = new TreeSet<String>();
    for (var node : cluster.keepers()) {
      var up = node.up();
      var env = node.env();
      if (up != null && env != null) {
        states.read(StateCheck.REPLICAS, node.name(), up, env, () -> read.add(node.name()));
      }
    }
    Violation.unless(await(() -> allIn(read)), "I16 answers", "only these can be read: " + read);
  }

  /// I16: through every node all that was acknowledged can be read.
  private void answering() {
    var answered = new TreeSet<String>();
    for (var node : cluster.keepers()) {
      clients.readEverything(node, () -> answered.add(node.name()));
    }
    Violation.unless(await(() -> allIn(answered)), "I16 answers", "only these answer: " + answered);
  }

  /// Beyond the model perhaps nobody answers; those who do agree.
  void compareThoseThatAnswer() {
    var hashes = new TreeMap<String, KeyspaceHash>();
    cluster.serving().forEach(node -> hash(node, hashes));
    simulation.runFor(BEYOND_HEALING);
    var byRevision = new TreeMap<Long, KeyspaceHash>();
    for (var hash : hashes.values()) {
      var other = byRevision.putIfAbsent(hash.revision(), hash);
      Violation.unless(
          other == null || other.equals(hash), "I14 replicas-equal", hashes.toString());
    }
  }

  private boolean allIn(Set<String> names) {
    return cluster.keepers().stream().allMatch(node -> names.contains(node.name()));
  }

  private boolean caughtUp(RaftStatus leader) {
    long index = leader.last().index();
    return cluster.sound().stream()
        .map(node -> leader.followers().get(node.id()))
        .allMatch(follower -> follower == null || follower.match() == index);
  }

  private boolean level() {
    var leader = cluster.leader();
    if (leader == null) {
      return false;
    }
    long committed = -1;
    for (var node : cluster.sound()) {
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
              && caughtUp(status);
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
      text.append(up == null ? node.lost() ? "lost" : "down" : up.raftStatus());
    }
    return text.toString();
  }
}
