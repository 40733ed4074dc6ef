package io.concordkv.node;

import io.concordkv.base.Bytes;
import io.concordkv.base.ConcordException;
import io.concordkv.mvcc.Operation;
import io.concordkv.mvcc.RangeQuery;
import io.concordkv.mvcc.Result;
import io.concordkv.mvcc.Span;
import io.concordkv.node.command.Standing;
import io.concordkv.node.shard.Member;
import io.concordkv.testkit.SimEnv;
import io.concordkv.testkit.Simulation;
import io.concordkv.transport.Frame;
import io.concordkv.transport.Receiver;
import io.concordkv.transport.Transport;
import io.concordkv.transport.memory.MemoryNetwork;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/// Nodes in one simulation, connected by memory.
final class TestNodes {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  final Simulation simulation;
  private final NodeConfig config;

  /// Who is started with something else than `config` from now on.
  final TreeMap<String, NodeConfig> configs = new TreeMap<>();

  private final MemoryNetwork network = new MemoryNetwork();
  private final TreeMap<String, One> nodes = new TreeMap<>();
  private final TreeMap<String, List<String>> founders = new TreeMap<>();

  /// A node, and what it told those around it.
  static final class One implements Node.Dialer {
    private final MemoryNetwork network;
    final SimEnv env;
    private @Nullable Node node;
    private @Nullable Transport transport;
    List<Member> members = List.of();
    List<Long> removed = List.of();
    Standing standing = Standing.VOTER;

    /// Whether what it sends gets lost.
    boolean mute;

    private One(MemoryNetwork network, SimEnv env) {
      this.network = network;
      this.env = env;
    }

    @Override
    public Transport dial(long self, long cluster, long birth) {
      var opened = network.open(self, env.loop());
      transport = opened;
      return new Transport() {
        @Override
        public void send(long toNode, Frame frame) {
          if (!mute) {
            opened.send(toNode, frame);
          }
        }

        @Override
        public void onFrame(Receiver receiver) {
          opened.onFrame(receiver);
        }

        @Override
        public void onDisconnect(LongConsumer listener) {
          opened.onDisconnect(listener);
        }

        @Override
        public boolean connected(long node) {
          return opened.connected(node);
        }

        @Override
        public void close() {
          opened.close();
        }
      };
    }

    @Override
    public void members(List<Member> members, List<Long> removed) {
      this.members = members;
      this.removed = removed;
    }

    Node node() {
      return Objects.requireNonNull(node);
    }

    boolean leads() {
      return node().raftStatus().leader() == node().id();
    }
  }

  private TestNodes(NodeConfig config) {
    this.config = config;
    simulation = new Simulation(7).withoutFaultSites();
  }

  /// Founds a cluster and waits until it serves and its members count as healthy.
  static TestNodes found(int size, NodeConfig config) {
    var all = new TestNodes(config);
    for (int i = 0; i < size; i++) {
      all.founders.put("n" + i, List.of(url("n" + i)));
    }
    all.founders.keySet().forEach(all::start);
    all.settle();
    return all;
  }

  static String url(String name) {
    return "http://" + name + ":2380";
  }

  /// Starts a founder, or again one that has data.
  One start(String name) {
    var cluster = new TreeMap<>(founders);
    boolean founding = cluster.putIfAbsent(name, List.of(url(name))) != null;
    return open(name, new Bootstrap(name, "t", cluster, clients(name), founding, null));
  }

  /// Starts a node that was added, as `asked` knows the cluster.
  One join(String name, One asked) {
    return join(name, url(name), asked);
  }

  /// The same on any machine.
  One join(String name, String url, One asked) {
    var members = asked.node().shard().members();
    long id =
        members.stream()
            .filter(member -> member.peerUrls().contains(url))
            .mapToLong(Member::id)
            .findFirst()
            .orElseThrow();
    var existing = new Bootstrap.Existing(asked.node().cluster(), id, members);
    var cluster = new TreeMap<>(founders);
    cluster.put(name, List.of(url));
    return open(name, new Bootstrap(name, "t", cluster, clients(name), false, existing));
  }

  private static List<String> clients(String name) {
    return List.of("http://" + name + ":2379");
  }

  private One open(String name, Bootstrap bootstrap) {
    var env = simulation.env(name);
    var one = new One(network, env);
    nodes.put(name, one);
    one.node = Node.open(env, configs.getOrDefault(name, config), bootstrap, one);
    one.node().observeStanding(now -> one.standing = now);
    return one;
  }

  void stop(String name) {
    var stopped = new ArrayList<Boolean>();
    one(name).node().stop(() -> stopped.add(true));
    until("it stops", () -> !stopped.isEmpty());
    nodes.remove(name);
  }

  /// A node stands still for so long.
  void pause(String name, Duration duration) {
    one(name).env.pause(duration);
  }

  /// Ends a node as a power cut does.
  void kill(String name) {
    simulation.kill(name);
    Objects.requireNonNull(one(name).transport).close();
    nodes.remove(name);
  }

  One one(String name) {
    return Objects.requireNonNull(nodes.get(name));
  }

  String name(One one) {
    return nodes.entrySet().stream()
        .filter(each -> each.getValue() == one)
        .findFirst()
        .orElseThrow()
        .getKey();
  }

  One leader() {
    until("somebody leads", () -> nodes.values().stream().anyMatch(One::leads));
    return nodes.values().stream().filter(One::leads).findFirst().orElseThrow();
  }

  One follower() {
    leader();
    return nodes.values().stream().filter(each -> !each.leads()).findFirst().orElseThrow();
  }

  /// Whether a node is told by another one that it was removed, so that it ends.
  boolean refused(One one) {
    return nodes.values().stream().anyMatch(each -> each.removed.contains(one.node().id()));
  }

  /// Runs until all are published and connected for long enough to count as healthy.
  void settle() {
    until(
        "all are published",
        () ->
            nodes.values().stream()
                .allMatch(each ->
                    each.node().shard().members().stream()
                        .anyMatch(member -> member.id() == each.node().id() && member.started())));
    simulation.runFor(Duration.ofSeconds(6));
  }

  void until(String what, java.util.function.BooleanSupplier reached) {
    if (!simulation.runUntil(reached, LIMIT)) {
      throw new AssertionError("never: " + what);
    }
  }

  /// Asks, and waits for the answer; a refusal is thrown.
  <T> T ask(Consumer<Reply<Answer<T>>> question) {
    var answers = new ArrayList<Answer<T>>();
    var failures = new ArrayList<ConcordException>();
    question.accept(Reply.from(answers::add, failures::add));
    until("an answer comes", () -> !answers.isEmpty() || !failures.isEmpty());
    if (!failures.isEmpty()) {
      throw failures.getFirst();
    }
    return answers.getFirst().value();
  }

  Membership.Added add(One at, String name, boolean learner) {
    return add(at, name, learner ? Standing.LEARNER : Standing.VOTER);
  }

  Membership.Added add(One at, String name, Standing standing) {
    return ask(reply -> at.node().membership().add(List.of(url(name)), standing, reply));
  }

  void put(One at, String key) {
    var put = new Operation.Put(Bytes.of(key), Bytes.of("v"), 0, false, false, false);
    TestNodes.this.<Result>ask(reply -> at.node().write(put, reply));
  }

  /// How many keys a node has, read locally.
  long keys(One at) {
    var all = RangeQuery.of(new Span(Bytes.of("\0"), Bytes.of("\0")));
    return this.<Result.Ranged>ask(reply -> at.node().range(all, true, reply)).count();
  }
}
