package io.concordkv.sim.crash;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.stream.Stream;

/// `make crash`: one run after the other, each under another seed, until the time is over or one
/// fails. What that leaves is kept.
public final class Crash {
  private Crash() {}

  /// @param arguments for how many minutes, the first seed or nothing, and a directory; for 0
  ///   minutes there is one run
  public static void main(String[] arguments) {
    if (arguments.length != 3) {
      System.err.println("usage: crash MINUTES SEED DIRECTORY");
      System.exit(2);
    }
    long first =
        arguments[1].isEmpty() ? System.nanoTime() & 0xFFFFFF : Long.parseLong(arguments[1]);
    long until = System.nanoTime() + Duration.ofMinutes(Long.parseLong(arguments[0])).toNanos();
    long kills = 0;
    long acknowledged = 0;
    long seed = first;
    try {
      do {
        var report = run(seed, Path.of(arguments[2]));
        System.out.println(report);
        kills += report.kills();
        acknowledged += report.acknowledged();
        seed++;
      } while (System.nanoTime() < until);
    } catch (CrashFailure failure) {
      System.out.println("seed " + seed + " FAILED: " + failure.getMessage());
      System.out.println("  again: make crash MINUTES=0 SEED=" + seed);
      System.exit(1);
    }
    System.out.println(
        "%d stores, %d kills, %d acknowledged writes: nothing was lost"
            .formatted(seed - first, kills, acknowledged));
  }

  /// One run in a directory of its own below `directory`, which is removed unless it fails.
  static CrashRun.Report run(long seed, Path directory) {
    try {
      var own = directory.resolve("seed-" + seed).toAbsolutePath();
      delete(own);
      Files.createDirectories(own);
      CrashRun.Report report;
      try {
        report = new CrashRun(seed, own).run();
      } catch (CrashFailure failure) {
        throw new CrashFailure(
            Setup.draw(seed) + ": " + failure.getMessage() + "\n  the store is kept in " + own);
      }
      delete(own);
      return report;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void delete(Path path) throws IOException {
    if (Files.exists(path)) {
      try (Stream<Path> all = Files.walk(path)) {
        for (var each : all.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(each);
        }
      }
    }
  }
}
