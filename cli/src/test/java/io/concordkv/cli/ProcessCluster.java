package io.concordkv.cli;

import io.concordkv.client.ClientException;
import io.concordkv.client.ClientOptions;
import io.concordkv.client.ConcordClient;
import io.concordkv.client.Endpoint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Servers as processes of their own on loopback ports. Data and logs lie under `target`, and stay
/// there when a test fails.
final class ProcessCluster implements AutoCloseable {
  static final Duration READY = Duration.ofSeconds(60);

  private final Path directory;
  private final List<Integer> clientPorts = new ArrayList<>();
  private final List<Integer> peerPorts = new ArrayList<>();
  private final List<String> flags;
  private final List<ServerUnderTest> servers = new ArrayList<>();

  private ProcessCluster(String name, int size, List<String> flags) {
    this.directory = fresh(name);
    this.flags = flags;
    var ports = Sockets.free(size * 2);
    clientPorts.addAll(ports.subList(0, size));
    peerPorts.addAll(ports.subList(size, size * 2));
  }

  /// Starts all and waits until they serve.
  static ProcessCluster start(String name, int size, String... flags) {
    var cluster = new ProcessCluster(name, size, List.of(flags));
    for (var i = 0; i < size; i++) {
      cluster.servers.add(cluster.launch(i));
    }
    cluster.servers.forEach(server -> server.awaitReady(READY));
    return cluster;
  }

  private static Path fresh(String name) {
    try {
      var directory = Path.of("target", "clusters", name).toAbsolutePath();
      delete(directory);
      return Files.createDirectories(directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static void delete(Path directory) throws IOException {
    if (Files.exists(directory)) {
      try (Stream<Path> files = Files.walk(directory)) {
        for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  private ServerUnderTest launch(int index) {
    var arguments = new ArrayList<String>();
    arguments.add("server");
    arguments.add("--name=" + name(index));
    arguments.add("--data-dir=" + dataDirectory(index));
    arguments.add("--listen-client-urls=http://127.0.0.1:" + clientPorts.get(index));
    arguments.add("--listen-peer-urls=http://127.0.0.1:" + peerPorts.get(index));
    arguments.add("--initial-cluster=" + initialCluster());
    arguments.addAll(flags);
    return ServerUnderTest.start(directory.resolve(name(index) + ".log"), arguments);
  }

  static String name(int index) {
    return "n" + (index + 1);
  }

  Path dataDirectory(int index) {
    return directory.resolve(name(index));
  }

  private String initialCluster() {
    var members = new ArrayList<String>();
    for (var i = 0; i < peerPorts.size(); i++) {
      members.add(name(i) + "=http://127.0.0.1:" + peerPorts.get(i));
    }
    return String.join(",", members);
  }

  int size() {
    return clientPorts.size();
  }

  Endpoint endpoint(int index) {
    return Endpoint.parse("127.0.0.1:" + clientPorts.get(index));
  }

  int clientPort(int index) {
    return clientPorts.get(index);
  }

  int peerPort(int index) {
    return peerPorts.get(index);
  }

  /// All endpoints with commas between them, as flags take them.
  String endpoints() {
    return clientPorts.stream().map(port -> "127.0.0.1:" + port).collect(Collectors.joining(","));
  }

  ConcordClient client(Duration callTimeout) {
    var all = clientPorts.stream().map(port -> Endpoint.parse("127.0.0.1:" + port)).toList();
    return ConcordClient.open(new ClientOptions(all, Duration.ofSeconds(1), callTimeout));
  }

  ServerUnderTest server(int index) {
    return servers.get(index);
  }

  /// As the power fails: nothing is said, nothing is flushed.
  void kill(int index) {
    servers.get(index).kill();
  }

  void restart(int index) {
    servers.set(index, launch(index));
  }

  /// Which server leads, as it says itself.
  OptionalInt leader(ConcordClient client) {
    for (var i = 0; i < size(); i++) {
      try {
        var status = client.maintenance().status(endpoint(i));
        if (status.getLeader() != 0 && status.getLeader() == status.getHeader().getMemberId()) {
          return OptionalInt.of(i);
        }
      } catch (ClientException unanswered) {
        // It is down, or about to be asked again.
      }
    }
    return OptionalInt.empty();
  }

  @Override
  public void close() {
    servers.forEach(ServerUnderTest::kill);
  }
}
