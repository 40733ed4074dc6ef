package io.concordkv.sim.chaos;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// One node as a process, through all its lives. Its data and its output lie below one directory.
final class RealNode {
  private static final Duration STOP = Duration.ofSeconds(20);

  private final String name;
  private final Path directory;
  private final List<String> command;
  private List<String> membership = List.of();
  private final @Nullable Spoiler spoiler;
  private @Nullable Process process;
  private boolean paused;

  RealNode(String name, Path directory, List<String> command, @Nullable Spoiler spoiler) {
    this.name = name;
    this.directory = directory;
    this.command = List.copyOf(command);
    this.spoiler = spoiler;
  }

  String name() {
    return name;
  }

  @Nullable Spoiler spoiler() {
    return spoiler;
  }

  boolean alive() {
    return process != null && process.isAlive();
  }

  boolean paused() {
    return paused;
  }

  /// From now on it is started with these settings of its cluster.
  void membership(String... flags) {
    membership = List.of(flags);
  }

  /// Its data is gone. It must not run.
  void forget() {
    try {
      Chaos.delete(directory.resolve("data"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Starts it on what it has.
  void start() {
    var all = new ArrayList<>(command);
    all.addAll(membership);
    all.add("--data-dir=" + directory.resolve("data"));
    var builder = new ProcessBuilder(all).redirectErrorStream(true);
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(directory.resolve("log").toFile()));
    if (spoiler != null) {
      builder.environment().putAll(spoiler.environment());
    }
    try {
      Files.createDirectories(directory);
      process = builder.start();
      paused = false;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// SIGKILL, and waits until it is gone.
  void kill() {
    if (process != null) {
      process.destroyForcibly();
      await(process, STOP);
      paused = false;
    }
  }

  /// SIGTERM. What does not end in time is killed.
  void terminate() {
    if (process != null) {
      resume();
      process.destroy();
      if (!await(process, STOP)) {
        throw new ChaosFailure(name + " did not end within " + STOP + " of a SIGTERM");
      }
    }
  }

  /// SIGSTOP.
  void pause() {
    signal("STOP");
    paused = true;
  }

  /// SIGCONT.
  void resume() {
    signal("CONT");
    paused = false;
  }

  private void signal(String signal) {
    if (process == null || !process.isAlive()) {
      return;
    }
    try {
      var kill = new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start();
      await(kill, STOP);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean await(Process process, Duration limit) {
    try {
      return process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /// Whether its output has such a line.
  boolean said(String text) {
    try {
      var log = directory.resolve("log");
      return Files.exists(log) && Files.readString(log).contains(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
