package io.concordkv.sim.chaos;

import io.concordkv.client.ClientException;
import io.concordkv.client.ClientOptions;
import io.concordkv.client.ConcordClient;
import io.concordkv.client.Endpoint;
import io.concordkv.proto.etcdserverpb.Member;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Real nodes on loopback, each behind a [PeerProxy], so that every way between two of them can be
/// made as bad as one likes. Clients reach the nodes directly.
final class RealCluster implements AutoCloseable {
  /// How long the cluster may take to serve, with everything healed. Generous: the machine may be
  /// slow, and this only ends a run that would never end.
  static final Duration RECOVERY = Duration.ofSeconds(90);

  private final List<RealNode> nodes = new ArrayList<>();
  private final List<Endpoint> endpoints = new ArrayList<>();
  private final List<PeerProxy> proxies = new ArrayList<>();
  private final PeerLink[][] links;
  private final boolean[] held;

  /// For connections that come before it is known who has which id.
  private final PeerLink unnamed = new PeerLink();

  private volatile TreeMap<Long, Integer> indexById = new TreeMap<>();

  /// @param command what starts a node, up to its flags
  /// @param library as [Spoiler#compile] made it
  RealCluster(Path directory, int size, List<String> command, @Nullable Path library) {
    held = new boolean[size];
    links = new PeerLink[size][size];
    for (int from = 0; from < size; from++) {
      for (int to = 0; to < size; to++) {
        links[from][to] = new PeerLink();
      }
    }
    var ports = freePorts(2 * size);
    var initial = new ArrayList<String>();
    for (int i = 0; i < size; i++) {
      int to = i;
      proxies.add(new PeerProxy(ports.get(size + i), id -> link(id, to)));
      initial.add(name(i) + "=" + peerUrl(i));
      endpoints.add(Endpoint.parse("127.0.0.1:" + ports.get(i)));
    }
    for (int i = 0; i < size; i++) {
      // Changes of members are to meet with trouble, so none is put off until all are well.
      var all = new ArrayList<>(command);
      all.add("--name=" + name(i));
      all.add("--listen-client-urls=http://127.0.0.1:" + ports.get(i));
      all.add("--listen-peer-urls=http://127.0.0.1:" + ports.get(size + i));
      all.add("--strict-reconfig-check=false");
      all.add("--snapshot-count=2000");
      all.add("--snapshot-catchup-entries=500");
      var own = directory.resolve(name(i));
      var spoiler = library == null ? null : Spoiler.of(library, directory.resolve("spoil-" + i));
      nodes.add(new RealNode(name(i), own, all, spoiler));
      nodes.get(i).membership("--initial-cluster=" + String.join(",", initial));
    }
  }

  private static String name(int index) {
    return "n" + (index + 1);
  }

  /// Where the others reach a node: at its proxy.
  String peerUrl(int index) {
    return "http://127.0.0.1:" + proxies.get(index).port();
  }

  /// Ports that nobody listens on at the moment.
  private static List<Integer> freePorts(int count) {
    var open = new ArrayList<ServerSocket>();
    try {
      for (int i = 0; i < count; i++) {
        open.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
      }
      return open.stream().map(ServerSocket::getLocalPort).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      for (var socket : open) {
        try {
          socket.close();
        } catch (IOException gone) {
          // It is not used any more.
        }
      }
    }
  }

  /// The way by which a member comes to node `to`. Until the ids are known all ways are good.
  private @Nullable PeerLink link(long id, int to) {
    var from = indexById.get(id);
    return from != null ? links[from][to] : indexById.isEmpty() ? unnamed : null;
  }

  /// Starts all and learns who they are; then the ways between them can be spoiled.
  void start() {
    nodes.forEach(RealNode::start);
    try (var client = client(Duration.ofSeconds(2))) {
      eventually("the cluster serves", () -> serves(client));
      var ids = new TreeMap<Long, Integer>();
      for (var member : client.cluster().members(true).getMembersList()) {
        for (int i = 0; i < size(); i++) {
          if (member.getPeerURLsList().contains(peerUrl(i))) {
            ids.put(member.getID(), i);
          }
        }
      }
      ChaosFailure.unless(
          ids.size() == nodes.size(), "the cluster does not know all of its members", ids);
      indexById = ids;
    }
    unnamed.reset();
  }

  /// Under which id a node is known.
  long id(int index) {
    return indexById.entrySet().stream()
        .filter(known -> known.getValue() == index)
        .findFirst()
        .orElseThrow()
        .getKey();
  }

  /// From now on the node is not started by the way: another is to take its place.
  void hold(int index) {
    held[index] = true;
  }

  void release(int index) {
    held[index] = false;
  }

  boolean held(int index) {
    return held[index];
  }

  /// Starts a node that was added under a new id.
  void join(int index, long id, List<Member> members) {
    var ids = new TreeMap<>(indexById);
    ids.values().removeIf(known -> known == index);
    ids.put(id, index);
    indexById = ids;
    var initial = new ArrayList<String>();
    for (int i = 0; i < size(); i++) {
      var url = peerUrl(i);
      if (members.stream().anyMatch(member -> member.getPeerURLsList().contains(url))) {
        initial.add(name(i) + "=" + url);
      }
    }
    var node = nodes.get(index);
    node.membership(
        "--initial-cluster=" + String.join(",", initial), "--initial-cluster-state=existing");
    node.start();
  }

  static boolean serves(ConcordClient client) {
    try {
      client.kv().put("chaos/serves", "");
      return true;
    } catch (ClientException notYet) {
      return false;
    }
  }

  int size() {
    return nodes.size();
  }

  RealNode node(int index) {
    return nodes.get(index);
  }

  List<Endpoint> endpoints() {
    return endpoints;
  }

  PeerLink link(int from, int to) {
    return links[from][to];
  }

  void forEachLink(Consumer<PeerLink> action) {
    for (int from = 0; from < size(); from++) {
      for (int to = 0; to < size(); to++) {
        if (from != to) {
          action.accept(links[from][to]);
        }
      }
    }
  }

  /// A client that prefers the endpoint `first`.
  ConcordClient client(Duration patience, int first) {
    var order = new ArrayList<Endpoint>();
    for (int i = 0; i < size(); i++) {
      order.add(endpoints.get((first + i) % size()));
    }
    return ConcordClient.open(new ClientOptions(order, Duration.ofSeconds(1), patience));
  }

  ConcordClient client(Duration patience) {
    return client(patience, 0);
  }

  /// A client that asks anybody but one.
  ConcordClient clientWithout(Duration patience, int index) {
    var others = new ArrayList<>(endpoints);
    others.remove(index);
    return ConcordClient.open(new ClientOptions(others, Duration.ofSeconds(1), patience));
  }

  /// Everything works again: ways, disks and processes. The clocks stay as they are.
  void heal() {
    forEachLink(PeerLink::heal);
    for (var node : nodes) {
      if (node.spoiler() != null) {
        node.spoiler().calm();
      }
      if (node.paused()) {
        node.resume();
      }
    }
    startAll();
  }

  /// Starts those that have ended by themselves or were killed.
  void startAll() {
    for (int i = 0; i < size(); i++) {
      start(i);
    }
  }

  /// Unless it runs, or another is to take its place.
  void start(int index) {
    if (!held[index] && !nodes.get(index).alive()) {
      nodes.get(index).start();
    }
  }

  /// Which node leads, as it says itself; -1 if none does.
  int leader(ConcordClient client) {
    for (int i = 0; i < size(); i++) {
      if (!nodes.get(i).alive() || nodes.get(i).paused()) {
        continue;
      }
      try {
        var status = client.maintenance().status(endpoints.get(i));
        if (status.getLeader() != 0 && status.getLeader() == status.getHeader().getMemberId()) {
          return i;
        }
      } catch (ClientException unanswered) {
        // The next may know.
      }
    }
    return -1;
  }

  /// Waits for what the cluster comes to when it is left alone.
  static void eventually(String what, BooleanSupplier holds) {
    long begun = System.nanoTime();
    while (!holds.getAsBoolean()) {
      ChaosFailure.unless(
          System.nanoTime() - begun - RECOVERY.toNanos() < 0, "not within " + RECOVERY, what);
      pause(20);
    }
  }

  static void pause(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ChaosFailure("interrupted");
    }
  }

  /// Ends all at once.
  @Override
  public void close() {
    nodes.forEach(RealNode::kill);
    proxies.forEach(PeerProxy::close);
  }
}
