package io.concordkv.sim.chaos;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/// `make chaos`: runs one cluster after the other, each under another seed, and ends with the first
/// that fails. Its data and logs are kept then.
public final class Chaos {
  private final Path directory;
  private final List<String> command;

  /// @param directory for what the runs leave; made if it is not there
  /// @param command what starts a node, up to its flags
  public Chaos(Path directory, List<String> command) {
    this.directory = directory.toAbsolutePath();
    this.command = List.copyOf(command);
  }

  /// @param arguments how many runs, how many seconds each, the first seed, a directory, and the
  ///   command that starts a node
  public static void main(String[] arguments) {
    if (arguments.length < 5) {
      System.err.println("usage: chaos RUNS SECONDS SEED DIRECTORY COMMAND...");
      System.exit(2);
    }
    int runs = Integer.parseInt(arguments[0]);
    var seconds = Duration.ofSeconds(Long.parseLong(arguments[1]));
    long seed =
        arguments[2].isEmpty() ? System.nanoTime() & 0xFFFFFF : Long.parseLong(arguments[2]);
    var command = List.of(arguments).subList(4, arguments.length);
    var chaos = new Chaos(Path.of(arguments[3]), command);
    try {
      for (int i = 0; i < runs; i++) {
        System.out.println(chaos.run(seed + i, seconds));
      }
      System.out.println(runs + " runs of " + seconds.toSeconds() + " s, all clean");
    } catch (ChaosFailure | RuntimeException failure) {
      failure.printStackTrace();
      System.exit(1);
    }
    System.exit(0);
  }

  /// One run. What it leaves on the disk is removed unless it fails.
  public ChaosRun.Report run(long seed, Duration duration) {
    var own = directory.resolve("seed-" + seed);
    try {
      delete(own);
      Files.createDirectories(own);
      var library = Spoiler.compile(own);
      var report = new ChaosRun(own, command, library, seed, duration).run();
      delete(own);
      return report;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (ChaosFailure failure) {
      System.err.println("seed " + seed + " FAILED; data and logs are in " + own);
      throw failure;
    }
  }

  static void delete(Path path) throws IOException {
    if (Files.exists(path)) {
      try (Stream<Path> all = Files.walk(path)) {
        for (var each : all.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(each);
        }
      }
    }
  }
}
