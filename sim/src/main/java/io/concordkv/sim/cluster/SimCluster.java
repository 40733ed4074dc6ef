package io.concordkv.sim.cluster;

import io.concordkv.base.ConcordException;
import io.concordkv.base.CorruptionError;
import io.concordkv.base.ErrorCode;
import io.concordkv.base.env.FileException;
import io.concordkv.node.Bootstrap;
import io.concordkv.node.Node;
import io.concordkv.node.shard.Member;
import io.concordkv.raft.Role;
import io.concordkv.sim.model.Replay;
import io.concordkv.sim.net.SimNetwork;
import io.concordkv.sim.violation.Violation;
import io.concordkv.testkit.SimEnv;
import io.concordkv.testkit.Simulation;
import io.concordkv.transport.Transport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The nodes of a simulated cluster.
public final class SimCluster {
  /// So often a machine without a node looks for its cluster, and a node dials who refused it.
  private static final Duration SEEK = Duration.ofMillis(100);

  private static final int MAX_NODES = 14;

  private final Simulation simulation;
  private final Swarm swarm;
  private final SimNetwork network;
  private final List<SimNode> nodes;
  private final Replay replay;
  private final HashMap<String, SimNode> byName = new HashMap<>();
  private final TreeMap<String, List<String>> members = new TreeMap<>();
  private final List<Consumer<SimNode>> opened = new ArrayList<>();

  /// @param replay knows who is a member
  public SimCluster(Simulation simulation, Swarm swarm, SimNetwork network, Replay replay) {
    this.replay = replay;
    this.simulation = simulation;
    this.swarm = swarm;
    this.network = network;
    nodes = new ArrayList<>();
    for (int i = 0; i < swarm.nodes(); i++) {
      nodes.add(new SimNode("n" + i, true));
    }
    nodes.forEach(node -> byName.put(node.name, node));
    nodes.forEach(node -> members.put(node.name, List.of(url(node))));
    expel();
  }

  private static String url(SimNode node) {
    return "http://" + node.name + ":2380";
  }

  public List<SimNode> nodes() {
    return Collections.unmodifiableList(nodes);
  }

  /// Those who have a place in the cluster: all founders, and who was added, as far as the last
  /// committed configuration goes.
  public List<SimNode> members() {
    var configuration = replay.size() == 0 ? null : replay.step(replay.size()).configuration();
    return configuration == null
        ? nodes()
        : nodes.stream().filter(node -> configuration.members().contains(node.id)).toList();
  }

  /// A machine with an empty disk, which starts a node as soon as somebody says that it was added.
  /// Once there are many machines it is one of those that wait for that.
  ///
  /// @return where its node will be reached; null if there is no machine
  public @Nullable String enlist() {
    if (nodes.size() >= MAX_NODES) {
      return nodes.stream()
          .filter(each -> !each.founder && each.joins == null)
          .findFirst()
          .map(SimCluster::url)
          .orElse(null);
    }
    var node = new SimNode("n" + nodes.size(), false);
    nodes.add(node);
    byName.put(node.name, node);
    seek(node);
    return url(node);
  }

  private void seek(SimNode node) {
    simulation
        .world()
        .after(
            SEEK,
            () -> {
              for (var other : up()) {
                var asked = other.up();
                if (asked != null && node.joins == null) {
                  join(node, asked, asked.shard().members());
                }
              }
              if (node.joins == null) {
                seek(node);
              }
            });
  }

  private void join(SimNode node, Node asked, List<Member> members) {
    for (var member : members) {
      if (member.peerUrls().contains(url(node))) {
        node.joins = new Bootstrap.Existing(asked.cluster(), member.id(), members);
        node.id = member.id();
        node.witness = member.witness();
        start(node);
      }
    }
  }

  /// The node of that name; null if there is none.
  public @Nullable SimNode node(String name) {
    return byName.get(name);
  }

  /// Calls `observer` with each node that has just opened its files.
  public void onOpened(Consumer<SimNode> observer) {
    opened.add(observer);
  }

  /// Those that are not lost for good.
  public List<SimNode> sound() {
    return members().stream().filter(node -> !node.lost).toList();
  }

  /// Those of them that have the data.
  public List<SimNode> keepers() {
    return sound().stream().filter(node -> !node.witness).toList();
  }

  /// Those that are up and can be asked.
  public List<SimNode> serving() {
    return up().stream().filter(node -> !node.witness).toList();
  }

  public List<SimNode> up() {
    return nodes.stream().filter(node -> node.up() != null).toList();
  }

  /// The leader of the highest term; null if nobody thinks of itself as one.
  public @Nullable SimNode leader() {
    SimNode best = null;
    long term = -1;
    for (var candidate : nodes) {
      var node = candidate.up();
      if (node != null
          && node.raftStatus().role() == Role.LEADER
          && node.raftStatus().hardState().term() > term) {
        best = candidate;
        term = node.raftStatus().hardState().term();
      }
    }
    return best;
  }

  /// Starts a node that is down, on what its disk has.
  public void start(SimNode node) {
    boolean absent = node.retired || (!node.founder && node.joins == null);
    if (absent || node.running() || (node.lost && simulation.disk(node.name).isDamaged())) {
      return;
    }
    node.lives++;
    node.node = null;
    node.lost = false;
    var env = simulation.env(node.name, escaped -> died(node, escaped));
    node.env = env;
    var url = "http://" + node.name + ":2379";
    var all = new TreeMap<>(members);
    all.put(node.name, List.of(url(node)));
    var bootstrap = new Bootstrap(node.name, "sim", all, List.of(url), node.founder, node.joins);
    env.loop()
        .post(() -> {
          node.node =
              Node.open(env, swarm.config(nodes.indexOf(node)), bootstrap, new Dialer(node, env));
          opened.forEach(observer -> observer.accept(node));
        });
  }

  private final class Dialer implements Node.Dialer {
    private final SimNode node;
    private final SimEnv env;

    Dialer(SimNode node, SimEnv env) {
      this.node = node;
      this.env = env;
    }

    @Override
    public Transport dial(long self, long cluster, long birth) {
      node.id = self;
      return network.attach(env, self);
    }

    @Override
    public void members(List<Member> members, List<Long> removed) {
      node.released = removed;
    }
  }

  /// Who was removed and reaches one that says so ends, as a server does whose dialing is refused.
  private void expel() {
    for (var node : nodes) {
      if (node.up() != null && up().stream().anyMatch(other -> refuses(other, node))) {
        node.retired = true;
        simulation.kill(node.name);
      }
    }
    simulation.world().after(SEEK, this::expel);
  }

  private boolean refuses(SimNode other, SimNode node) {
    return other.released.contains(node.id) && network.connects(node.id, other.id);
  }

  /// Only a disk that fails or lies may bring a node down by itself.
  private void died(SimNode node, Throwable escaped) {
    if (escaped instanceof ConcordException refusal
        && refusal.code() == ErrorCode.MEMBER_NOT_FOUND
        && !members().contains(node)) {
      node.retired = true;
      return;
    }
    if (node.excused && escaped instanceof FileException) {
      return;
    }
    if (escaped instanceof CorruptionError && simulation.disk(node.name).wasDamaged()) {
      node.lost = true;
      return;
    }
    if (escaped instanceof Violation violation) {
      throw violation;
    }
    throw new Violation("node-died", node.name + " ended with " + escaped, escaped);
  }

  public void kill(SimNode node) {
    simulation.kill(node.name);
  }

  public void powerCut(SimNode node) {
    simulation.powerCut(node.name);
  }

  /// The process ends, or the power goes, when the node does its `operation`th file operation from
  /// now.
  public void dieAt(SimNode node, long operation, boolean power) {
    if (power) {
      simulation.disk(node.name).powerCutAtOperation(operation);
    } else {
      simulation.disk(node.name).killAtOperation(operation);
    }
  }

  /// The node's next sync fails, and ends it.
  public void failSync(SimNode node) {
    node.excused = true;
    simulation.disk(node.name).failSyncs("", 1);
  }

  /// The node's next reading of a file whose path contains `path` fails, and ends it.
  public void failRead(SimNode node, String path) {
    node.excused = true;
    simulation.disk(node.name).failReads(path, 1);
  }

  /// The node's next writing to a file whose path contains `path` fails half-way, and ends it.
  public void failWrite(SimNode node, String path) {
    node.excused = true;
    simulation.disk(node.name).failWrites(path, 1);
  }

  /// The node's disk has room for so much more.
  public void fill(SimNode node, long bytes) {
    node.excused = true;
    simulation.disk(node.name).limitSpace(bytes);
  }

  /// Takes back whatever the node's disk was still to fail in, but not what was damaged.
  public void spare(SimNode node) {
    var disk = simulation.disk(node.name);
    disk.spare();
    disk.failSyncs("", 0);
    disk.failReads("", 0);
    disk.failWrites("", 0);
    disk.limitSpace(Long.MAX_VALUE);
    node.excused = false;
    if (node.env != null) {
      node.env.forgetMark();
    }
  }
}
