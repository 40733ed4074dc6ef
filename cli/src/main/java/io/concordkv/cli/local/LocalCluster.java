package io.concordkv.cli.local;

import io.concordkv.cli.outcome.CommandFailure;
import io.concordkv.cli.outcome.ExitCode;
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
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

/// Three nodes as processes of their own, with data, logs and the list of processes in one
/// directory. The ports stay once there is data: who a member is follows from its peer URL.
final class LocalCluster {
  private static final List<Integer> PORTS = List.of(2379, 22379, 32379);
  private static final Duration START = Duration.ofSeconds(60);
  private static final Duration STOP = Duration.ofSeconds(15);

  private final Path directory;
  private final Path list;

  LocalCluster(Path directory) {
    this.directory = directory;
    this.list = directory.resolve("nodes");
  }

  void start() {
    var begun = System.nanoTime();
    var nodes = Files.exists(list) ? known() : planned();
    if (nodes.stream().allMatch(node -> node.process().isPresent())) {
      System.out.println("The cluster runs already.");
    } else {
      nodes = launch(nodes);
      awaitServing(nodes, begun);
    }
    tryOut(nodes);
    System.out.printf("Ready after %.1f s.%n%n", (System.nanoTime() - begun) / 1e9);
    explain(nodes);
  }

  private List<LocalNode> planned() {
    var nodes = new ArrayList<LocalNode>();
    var taken = new HashSet<Integer>();
    for (var wanted : PORTS) {
      var port = Ports.pairFrom(wanted, taken);
      if (port != wanted) {
        System.out.println("note: port " + wanted + " or the next is taken; using " + port);
      }
      taken.add(port);
      nodes.add(LocalNode.planned("n" + (nodes.size() + 1), port));
    }
    return nodes;
  }

  private List<LocalNode> known() {
    try {
      return Files.readAllLines(list).stream().map(LocalNode::parse).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private List<LocalNode> launch(List<LocalNode> nodes) {
    var launched = new ArrayList<LocalNode>();
    for (var node : nodes) {
      if (node.process().isPresent()) {
        launched.add(node);
        continue;
      }
      if (!Ports.free(node.port()) || !Ports.free(node.port() + 1)) {
        throw new CommandFailure(
            ExitCode.ERROR,
            node.name()
                + " belongs at the ports "
                + node.port()
                + " and the next, which are taken by somebody else; free them, or forget this"
                + " cluster's data: make clean-data");
      }
      launched.add(launch(node, nodes));
    }
    try {
      Files.write(list, launched.stream().map(LocalNode::line).toList());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return launched;
  }

  private LocalNode launch(LocalNode node, List<LocalNode> all) {
    var launcher = System.getProperty("concord.launcher", "bin/concord");
    var log = log(node).toFile();
    try {
      Files.createDirectories(directory);
      var process =
          new ProcessBuilder(
                  launcher,
                  "server",
                  "--name=" + node.name(),
                  "--data-dir=" + directory.resolve(node.name()),
                  "--listen-client-urls=" + node.clientUrl(),
                  "--listen-peer-urls=" + node.peerUrl(),
                  "--initial-cluster-token=local",
                  "--initial-cluster="
                      + all.stream()
                          .map(each -> each.name() + "=" + each.peerUrl())
                          .collect(Collectors.joining(",")))
              .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log))
              .redirectError(ProcessBuilder.Redirect.appendTo(log))
              .start();
      System.out.println(
          node.name() + ": " + node.clientUrl() + ", pid " + process.pid() + ", log " + log);
      return node.running(process.toHandle());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path log(LocalNode node) {
    return directory.resolve(node.name() + ".log");
  }

  private void awaitServing(List<LocalNode> nodes, long begun) {
    try (var client = client(nodes)) {
      for (var node : nodes) {
        while (!serves(client, node)) {
          if (node.process().isEmpty()) {
            throw new CommandFailure(
                ExitCode.ERROR, node.name() + " stopped:\n" + tail(node) + "\nSee " + log(node));
          }
          if (System.nanoTime() - begun > START.toNanos()) {
            throw new CommandFailure(
                ExitCode.ERROR,
                node.name()
                    + " does not serve after "
                    + START.toSeconds()
                    + " s; see "
                    + log(node));
          }
          pause();
        }
      }
    }
  }

  private static boolean serves(ConcordClient client, LocalNode node) {
    try {
      return client.maintenance().status(Endpoint.parse(node.clientUrl())).getLeader() != 0;
    } catch (ClientException notYet) {
      return false;
    }
  }

  private static void pause() {
    try {
      Thread.sleep(50);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandFailure(ExitCode.INTERRUPTED, "interrupted");
    }
  }

  private String tail(LocalNode node) {
    try {
      var lines = Files.readAllLines(log(node));
      return String.join("\n", lines.subList(Math.max(0, lines.size() - 5), lines.size()));
    } catch (IOException e) {
      return "(no log)";
    }
  }

  /// Writes through each node and reads what it wrote through the next one.
  private static void tryOut(List<LocalNode> nodes) {
    for (var i = 0; i < nodes.size(); i++) {
      var written = "by " + nodes.get(i).name();
      try (var writer = client(List.of(nodes.get(i)));
          var reader = client(List.of(nodes.get((i + 1) % nodes.size())))) {
        writer.kv().put("hello", written);
        var read = reader.kv().get("hello").map(pair -> pair.getValue().toStringUtf8()).orElse("");
        if (!read.equals(written)) {
          throw new CommandFailure(
              ExitCode.ERROR, "wrote \"" + written + "\" and read \"" + read + "\"");
        }
      } catch (ClientException e) {
        throw new CommandFailure(ExitCode.ERROR, String.valueOf(e.getMessage()));
      }
    }
    System.out.println("Wrote and read a key through every node.");
  }

  private static ConcordClient client(List<LocalNode> nodes) {
    return ConcordClient.open(
        new ClientOptions(
            nodes.stream().map(node -> Endpoint.parse(node.clientUrl())).toList(),
            Duration.ofSeconds(1),
            Duration.ofSeconds(5)));
  }

  private static void explain(List<LocalNode> nodes) {
    var endpoints =
        nodes.stream().map(node -> "127.0.0.1:" + node.port()).collect(Collectors.joining(","));
    System.out.println(
        """
        Now try:
          export CONCORD_ENDPOINTS=%s
          bin/concord put greeting hello
          bin/concord get greeting
          bin/concord status -w table
          bin/concord shell
          etcdctl --endpoints=%s get greeting
          make stop-cluster\
        """
            .formatted(endpoints, endpoints));
  }

  void stop() {
    if (!Files.exists(list)) {
      System.out.println("No cluster was started here.");
      return;
    }
    var running = known().stream().filter(node -> node.process().isPresent()).toList();
    running.forEach(node -> node.process().ifPresent(ProcessHandle::destroy));
    for (var node : running) {
      node.process().ifPresent(process -> awaitEnd(node, process));
    }
    System.out.println(
        running.isEmpty() ? "No node was running." : "Stopped " + running.size() + " nodes.");
  }

  private static void awaitEnd(LocalNode node, ProcessHandle process) {
    try {
      process.onExit().get(STOP.toSeconds(), TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      System.out.println(node.name() + " did not stop in time and was killed");
      process.destroyForcibly();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }
}
