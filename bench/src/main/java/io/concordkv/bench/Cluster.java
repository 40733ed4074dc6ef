package io.concordkv.bench;

import com.google.protobuf.ByteString;
import io.concordkv.proto.etcdserverpb.ClusterGrpc;
import io.concordkv.proto.etcdserverpb.KVGrpc;
import io.concordkv.proto.etcdserverpb.MaintenanceGrpc;
import io.concordkv.proto.etcdserverpb.MemberAddRequest;
import io.concordkv.proto.etcdserverpb.MoveLeaderRequest;
import io.concordkv.proto.etcdserverpb.RangeRequest;
import io.concordkv.proto.etcdserverpb.StatusRequest;
import io.concordkv.proto.etcdserverpb.StatusResponse;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Three nodes of one binary on the loopback interface, with fresh data. The binary takes etcd's
/// flags.
final class Cluster implements AutoCloseable {
  private static final int NODES = 3;

  /// The node that [#only] adds.
  private static final int LEARNER = NODES;

  private static final long START_SECONDS = 60;

  final String name;
  private final Path binary;
  private final Path directory;
  private final List<Integer> clientPorts;
  private final List<Integer> peerPorts;
  private List<Integer> asked;
  private final List<Process> processes = new ArrayList<>();
  private final List<ProcessBuilder> starts = new ArrayList<>();

  private Cluster(String name, Path binary, Path directory, List<Integer> ports) {
    this.name = name;
    this.binary = binary;
    this.directory = directory;
    this.clientPorts = ports.subList(0, NODES + 1);
    this.peerPorts = ports.subList(NODES + 1, 2 * (NODES + 1));
    this.asked = clientPorts.subList(0, NODES);
  }

  static Cluster start(String name, Path binary, Path directory) {
    var cluster = new Cluster(name, binary, directory, freePorts(2 * (NODES + 1)));
    try {
      deleteTree(directory);
      Files.createDirectories(directory);
      for (int i = 0; i < NODES; i++) {
        cluster.start(i, NODES, "new");
      }
      cluster.awaitServing(0, NODES);
      cluster.firstLeads();
      return cluster;
    } catch (IOException e) {
      cluster.close();
      throw new UncheckedIOException("cannot start " + binary, e);
    } catch (RuntimeException e) {
      cluster.close();
      throw e;
    }
  }

  private void start(int node, int members, String state) throws IOException {
    var client = url(clientPorts.get(node));
    var peer = url(peerPorts.get(node));
    var peers =
        IntStream.range(0, members)
            .mapToObj(i -> "n" + i + "=" + url(peerPorts.get(i)))
            .collect(Collectors.joining(","));
    var command =
        List.of(
            binary.toString(),
            "--name=n" + node,
            "--data-dir=" + directory.resolve("n" + node),
            "--listen-client-urls=" + client,
            "--advertise-client-urls=" + client,
            "--listen-peer-urls=" + peer,
            "--initial-advertise-peer-urls=" + peer,
            "--initial-cluster=" + peers,
            "--initial-cluster-token=bench",
            "--initial-cluster-state=" + state);
    var log = Redirect.appendTo(directory.resolve("n" + node + ".log").toFile());
    var start = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log);
    starts.add(start);
    processes.add(start.start());
  }

  /// What the binary says of its version.
  static String version(Path binary) {
    try {
      var process =
          new ProcessBuilder(binary.toString(), "--version").redirectErrorStream(true).start();
      var text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      process.waitFor(START_SECONDS, TimeUnit.SECONDS);
      return text.strip();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot run " + binary, e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  Channels connect(int clients) {
    return new Channels(asked, clients);
  }

  List<Long> processIds() {
    return processes.stream().map(Process::pid).toList();
  }

  /// SIGKILL.
  void kill(int node) {
    try {
      processes.get(node).destroyForcibly().waitFor();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  void restart(int node) {
    try {
      processes.set(node, starts.get(node).start());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The clients talk to one node only: 0 leads, 1 and 2 follow, 3 is a learner, added now.
  void only(int node) {
    if (node == LEARNER) {
      addLearner();
    }
    asked = List.of(clientPorts.get(node));
  }

  private void addLearner() {
    // A member that has just started does not count as healthy yet.
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
    while (!isAdded()) {
      if (System.nanoTime() - deadline > 0) {
        throw new IllegalStateException(name + " takes no learner");
      }
      pause(500);
    }
    try {
      start(LEARNER, NODES + 1, "existing");
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start " + binary, e);
    }
    asked = clientPorts;
    awaitServing(LEARNER, NODES + 1);
  }

  private boolean isAdded() {
    var learner =
        MemberAddRequest.newBuilder()
            .addPeerURLs(url(peerPorts.get(LEARNER)))
            .setIsLearner(true)
            .build();
    try (var channels = connect(1)) {
      var _ =
          ClusterGrpc.newBlockingStub(channels.get(0))
              .withDeadlineAfter(10, TimeUnit.SECONDS)
              .memberAdd(learner);
      return true;
    } catch (StatusRuntimeException notYet) {
      return false;
    }
  }

  private void awaitServing(int from, int to) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
    try (var channels = connect(1)) {
      for (int node = from; node < to; node++) {
        while (!serves(channels, node)) {
          if (System.nanoTime() - deadline > 0 || !processes.get(node).isAlive()) {
            throw new IllegalStateException(
                name + " does not serve; its nodes' output is in " + directory);
          }
          pause(100);
        }
      }
    }
  }

  /// A lone client asks the first node: in both systems it has to meet the leader there, or a
  /// follower, but not now this and now that.
  private void firstLeads() {
    try (var channels = connect(1)) {
      var states = new ArrayList<StatusResponse>();
      for (int node = 0; node < NODES; node++) {
        states.add(maintenance(channels, node).status(StatusRequest.getDefaultInstance()));
      }
      long first = states.getFirst().getHeader().getMemberId();
      for (int node = 0; node < NODES; node++) {
        var state = states.get(node);
        if (state.getLeader() == state.getHeader().getMemberId() && state.getLeader() != first) {
          var order = MoveLeaderRequest.newBuilder().setTargetID(first).build();
          var _ = maintenance(channels, node).moveLeader(order);
        }
      }
    }
  }

  private static MaintenanceGrpc.MaintenanceBlockingStub maintenance(Channels channels, int node) {
    return MaintenanceGrpc.newBlockingStub(channels.get(node))
        .withDeadlineAfter(10, TimeUnit.SECONDS);
  }

  private static boolean serves(Channels channels, int node) {
    try {
      KVGrpc.newBlockingStub(channels.get(node))
          .withDeadlineAfter(2, TimeUnit.SECONDS)
          .range(
              RangeRequest.newBuilder()
                  .setKey(ByteString.copyFromUtf8("up"))
                  .setSerializable(node == LEARNER)
                  .build());
      return true;
    } catch (StatusRuntimeException notYet) {
      return false;
    }
  }

  @Override
  public void close() {
    processes.forEach(Process::destroy);
    for (var process : processes) {
      try {
        if (!process.waitFor(10, TimeUnit.SECONDS)) {
          process.destroyForcibly().waitFor();
        }
      } catch (InterruptedException e) {
        process.destroyForcibly();
      }
    }
  }

  static void pause(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String url(int port) {
    return "http://127.0.0.1:" + port;
  }

  private static List<Integer> freePorts(int count) {
    var sockets = new ArrayList<ServerSocket>();
    try {
      for (int i = 0; i < count; i++) {
        sockets.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
      }
      var ports = sockets.stream().map(ServerSocket::getLocalPort).toList();
      for (var socket : sockets) {
        socket.close();
      }
      return ports;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void deleteTree(Path directory) throws IOException {
    if (Files.exists(directory)) {
      try (var paths = Files.walk(directory)) {
        for (var path : paths.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
  }
}
