package io.concordkv.cli;

import io.concordkv.client.ClientException;
import io.concordkv.client.ClientOptions;
import io.concordkv.client.ConcordClient;
import io.concordkv.client.Endpoint;
import io.concordkv.proto.etcdserverpb.MemberAddResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Servers as processes of their own on loopback ports. Data and logs lie under `target`, and stay
/// there when a test fails.
final class ProcessCluster implements AutoCloseable {
  static final Duration READY = Duration.ofSeconds(60);

  private static final Pattern SETTINGS = Pattern.compile("ETCD_INITIAL_CLUSTER=\"(.*)\"");

  private final Path directory;
  private final List<Integer> clientPorts = new ArrayList<>();
  private final List<Integer> peerPorts = new ArrayList<>();
  private final List<String> flags;
  private final List<ServerUnderTest> servers = new ArrayList<>();

  /// With which settings of the cluster each is started.
  private final List<List<String>> settings = new ArrayList<>();

  private ProcessCluster(String name, int size, List<String> flags) {
    this.directory = fresh(name);
    this.flags = flags;
    var ports = Sockets.free(size * 2);
    clientPorts.addAll(ports.subList(0, size));
    peerPorts.addAll(ports.subList(size, size * 2));
  }

  /// Starts all and waits until they serve.
  static ProcessCluster start(String name, int size, String... flags) {
    return start(name, size, size, flags);
  }

  /// Starts the first `founders` of `size` servers; the others can join later.
  static ProcessCluster start(String name, int founders, int size, String... flags) {
    var cluster = new ProcessCluster(name, size, List.of(flags));
    var members =
        IntStream.range(0, founders)
            .mapToObj(i -> name(i) + "=" + cluster.peerUrl(i))
            .collect(Collectors.joining(","));
    for (var i = 0; i < founders; i++) {
      cluster.launch(List.of("--initial-cluster=" + members));
    }
    cluster.servers.forEach(server -> server.awaitReady(READY));
    return cluster;
  }

  /// Adds the next server to the cluster as soon as that is allowed, and starts it.
  int join(ConcordClient client, boolean learner) {
    int index = servers.size();
    launch(joining(index, add(client, index, learner)));
    return index;
  }

  /// Has the server counted as a member, as soon as the cluster is healthy enough for it.
  MemberAddResponse add(ConcordClient client, int index, boolean learner) {
    var added = new ArrayList<MemberAddResponse>();
    Eventually.holds(
        "a member can be added",
        Duration.ofSeconds(60),
        () -> {
          try {
            added.add(client.cluster().add(List.of(peerUrl(index)), learner));
            return true;
          } catch (ClientException.Rejected notYet) {
            return false;
          }
        });
    return added.getFirst();
  }

  /// Has the next server take the place of `member`, by the command line and as soon as the cluster
  /// is healthy enough for it, and starts it with what that printed.
  int replace(long member) {
    int index = servers.size();
    var printed = new ArrayList<String>();
    Eventually.holds(
        "a member can be replaced",
        Duration.ofSeconds(60),
        () -> {
          var ran =
              ServerUnderTest.run(
                  "member",
                  "replace",
                  Long.toHexString(member),
                  name(index),
                  "--peer-urls=" + peerUrl(index),
                  "--endpoints=" + endpoints());
          printed.add(ran.out());
          return ran.exit() == 0;
        });
    var cluster = SETTINGS.matcher(printed.getLast());
    if (!cluster.find()) {
      throw new AssertionError(printed);
    }
    launch(List.of("--initial-cluster=" + cluster.group(1), "--initial-cluster-state=existing"));
    return index;
  }

  private static List<String> joining(int index, MemberAddResponse added) {
    var members =
        added.getMembersList().stream()
            .map(member ->
                (member.getName().isEmpty() ? name(index) : member.getName())
                    + "="
                    + member.getPeerURLs(0))
            .collect(Collectors.joining(","));
    return List.of("--initial-cluster=" + members, "--initial-cluster-state=existing");
  }

  String peerUrl(int index) {
    return "http://127.0.0.1:" + peerPorts.get(index);
  }

  /// The flag that names all servers as members.
  String all() {
    return IntStream.range(0, size())
        .mapToObj(i -> name(i) + "=" + peerUrl(i))
        .collect(Collectors.joining(",", "--initial-cluster=", ""));
  }

  /// Starts the next server.
  void launch(List<String> clusterSettings) {
    settings.add(clusterSettings);
    servers.add(launch(servers.size()));
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
    arguments.addAll(settings.get(index));
    arguments.addAll(flags);
    return ServerUnderTest.start(directory.resolve(name(index) + ".log"), arguments);
  }

  static String name(int index) {
    return "n" + (index + 1);
  }

  Path dataDirectory(int index) {
    return directory.resolve(name(index));
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

  /// From now on the server is started with these settings of the cluster.
  void settings(int index, String... clusterSettings) {
    settings.set(index, List.of(clusterSettings));
  }

  /// Which server leads, as it says itself.
  OptionalInt leader(ConcordClient client) {
    for (var i = 0; i < servers.size(); i++) {
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
