package io.concordkv.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// One process of the program, started by its launcher from what was packed.
final class ServerUnderTest {
  private static final String READY = "ready to serve client requests";
  private static final Path LAUNCHER =
      Path.of(System.getProperty("concord.root", "..")).toAbsolutePath().resolve("bin/concord");

  private final Process process;
  private final List<String> output = new CopyOnWriteArrayList<>();
  private final CompletableFuture<Void> ready = new CompletableFuture<>();
  private final Thread reader;

  private ServerUnderTest(Process process, Path log) {
    this.process = process;
    this.reader = Thread.ofVirtual().start(() -> read(log));
  }

  /// @param log all output is added to it
  static ServerUnderTest start(Path log, List<String> arguments) {
    try {
      return new ServerUnderTest(
          new ProcessBuilder(command(arguments)).redirectErrorStream(true).start(), log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The program as a command line: in the JVM of the tests, small and soon warm, with a start-up
  /// cache of this checkout, which halves what a start costs.
  static List<String> command(List<String> arguments) {
    var command = new ArrayList<String>();
    command.add("env");
    command.add("CONCORD_JAVA_HOME=" + System.getProperty("java.home"));
    command.add("CONCORD_JAVA_OPTS=-Xmx512m -XX:TieredStopAtLevel=1");
    command.add("XDG_CACHE_HOME=" + Path.of("target", "cache").toAbsolutePath());
    command.add(LAUNCHER.toString());
    command.addAll(arguments);
    return command;
  }

  /// Runs the program to its end.
  static Ran run(String... arguments) {
    return Ran.program(Map.of(), "", command(List.of(arguments)));
  }

  private void read(Path log) {
    try (var lines = process.inputReader();
        var copy =
            Files.newBufferedWriter(log, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      for (var line = lines.readLine(); line != null; line = lines.readLine()) {
        copy.write(line);
        copy.newLine();
        copy.flush();
        output.add(line);
        if (line.contains(READY)) {
          ready.complete(null);
        }
      }
    } catch (IOException e) {
      output.add("(the output broke off: " + e.getMessage() + ")");
    }
    ready.completeExceptionally(new AssertionError("the server ended:\n" + output()));
  }

  void awaitReady(Duration limit) {
    try {
      ready.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new AssertionError("not ready within " + limit + ":\n" + output(), e);
    } catch (ExecutionException e) {
      throw new AssertionError(e.getCause());
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  String output() {
    return String.join("\n", output);
  }

  long pid() {
    return process.pid();
  }

  boolean alive() {
    return process.isAlive();
  }

  /// SIGKILL.
  void killAtOnce() {
    process.destroyForcibly();
  }

  /// SIGKILL, and waits until the process is gone.
  void kill() {
    process.destroyForcibly();
    awaitExit(Duration.ofSeconds(20));
  }

  /// SIGTERM; returns the exit code.
  int terminate(Duration limit) {
    process.destroy();
    return awaitExit(limit);
  }

  int awaitExit(Duration limit) {
    try {
      if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new AssertionError("still running after " + limit + ":\n" + output());
      }
      reader.join();
      return process.exitValue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
