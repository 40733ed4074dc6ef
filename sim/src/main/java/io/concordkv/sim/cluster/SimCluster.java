package io.concordkv.sim.cluster;

import io.concordkv.base.CorruptionError;
import io.concordkv.base.env.FileException;
import io.concordkv.node.Bootstrap;
import io.concordkv.node.Node;
import io.concordkv.raft.Role;
import io.concordkv.sim.net.SimNetwork;
import io.concordkv.sim.violation.Violation;
import io.concordkv.testkit.Simulation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// The nodes of a simulated cluster.
public final class SimCluster {
  private final Simulation simulation;
  private final Swarm swarm;
  private final SimNetwork network;
  private final List<SimNode> nodes;
  private final HashMap<String, SimNode> byName = new HashMap<>();
  private final TreeMap<String, List<String>> members = new TreeMap<>();
  private final List<Consumer<SimNode>> opened = new ArrayList<>();

  public SimCluster(Simulation simulation, Swarm swarm, SimNetwork network) {
    this.simulation = simulation;
    this.swarm = swarm;
    this.network = network;
    nodes = IntStream.range(0, swarm.nodes()).mapToObj(i -> new SimNode("n" + i)).toList();
    nodes.forEach(node -> byName.put(node.name, node));
    nodes.forEach(node -> members.put(node.name, List.of("http://" + node.name + ":2380")));
  }

  public List<SimNode> nodes() {
    return nodes;
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
    return nodes.stream().filter(node -> !node.lost).toList();
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
    if (node.running() || (node.lost && simulation.disk(node.name).isDamaged())) {
      return;
    }
    node.lives++;
    node.node = null;
    node.lost = false;
    var env = simulation.env(node.name, escaped -> died(node, escaped));
    node.env = env;
    var url = "http://" + node.name + ":2379";
    var bootstrap = new Bootstrap(node.name, "sim", members, List.of(url));
    env.loop()
        .post(() -> {
          node.node =
              Node.open(
                  env,
                  swarm.config(nodes.indexOf(node)),
                  bootstrap,
                  (self, _, _) -> {
                    node.id = self;
                    return network.attach(env, self);
                  });
          opened.forEach(observer -> observer.accept(node));
        });
  }

  /// Only a disk that fails or lies may bring a node down by itself.
  private void died(SimNode node, Throwable escaped) {
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
  }
}
