package io.concordkv.cli;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/// The real tool, if this machine has it.
final class Etcdctl {
  private Etcdctl() {}

  private static Optional<Path> path() {
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
        .map(directory -> Path.of(directory, "etcdctl"))
        .filter(Files::isExecutable)
        .findFirst();
  }

  static void assumePresent() {
    if (path().isEmpty()) {
      System.out.println("skipped: etcdctl is not on the PATH (Debian package etcd-client)");
      Assumptions.abort("etcdctl is not on the PATH");
    }
  }

  static Ran run(String endpoints, String input, List<String> arguments) {
    return Ran.program(Map.of("ETCDCTL_API", "3"), input, command(endpoints, arguments));
  }

  private static List<String> command(String endpoints, List<String> arguments) {
    var command = new ArrayList<String>();
    command.add(path().orElseThrow().toString());
    command.add("--endpoints=" + endpoints);
    command.addAll(arguments);
    return command;
  }

  /// Runs a command that does not end by itself until it has printed `last`; returns all it
  /// printed.
  static String until(String endpoints, String last, String... arguments) {
    try {
      var out = Files.createTempFile("etcdctl", ".out");
      var builder = new ProcessBuilder(command(endpoints, List.of(arguments)));
      builder.environment().put("ETCDCTL_API", "3");
      var process = builder.redirectErrorStream(true).redirectOutput(out.toFile()).start();
      try {
        Eventually.holds(
            "etcdctl prints " + last, Duration.ofSeconds(30), () -> read(out).contains(last));
        return read(out);
      } finally {
        process.destroyForcibly();
        Files.delete(out);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
