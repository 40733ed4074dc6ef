package io.concordkv.bench;

import io.concordkv.base.Bytes;
import io.concordkv.embedded.BackupOptions;
import io.concordkv.embedded.ConcordDb;
import io.concordkv.embedded.Durability;
import io.concordkv.embedded.Options;
import io.concordkv.storage.engine.WriteBatch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.Locale;
import java.util.SplittableRandom;

/// How much smaller compression makes the log of an embedded store: JSON values, in batches of one,
/// ten and a hundred, and what of them comes to the archive of the log.
public final class LogSize {
  private static final int VALUES = 50_000;
  private static final int[] BATCHES = {1, 10, 100};
  private static final String[] CITIES = {"Berlin", "Porto", "Lima", "Kyoto", "Oslo", "Accra"};

  private LogSize() {}

  public static void main(String[] arguments) throws IOException {
    System.out.println("puts in a batch   bytes put   bytes of log   smaller by");
    for (int batch : BATCHES) {
      var directory = Files.createTempDirectory("log-size");
      try {
        measure(directory, batch);
      } finally {
        delete(directory);
      }
    }
  }

  private static void measure(Path directory, int puts) throws IOException {
    var archive = directory.resolve("archive");
    var options =
        Options.DEFAULT
            .withDurability(Durability.interval(Duration.ofMillis(100)))
            .withBackup(
                BackupOptions.DEFAULT
                    .withArchive(archive)
                    .withSegmentAge(Duration.ofMillis(200))
                    .withArchiveLag(1L << 34));
    var chance = new SplittableRandom(1);
    long put = 0;
    try (var db = ConcordDb.open(directory.resolve("store"), options)) {
      for (int i = 0; i < VALUES; i += puts) {
        var batch = new WriteBatch();
        for (int j = i; j < i + puts; j++) {
          var key = Bytes.of("user/" + String.format(Locale.ROOT, "%08d", j));
          var value = Bytes.of(json(j, chance));
          put += key.length() + value.length();
          batch.put(key, value);
        }
        db.write(batch);
      }
      db.flush();
      while (db.archiveState().orElseThrow().commit() < VALUES / puts) {
        Thread.onSpinWait();
      }
    }
    long log = 0;
    try (var files = Files.list(archive)) {
      for (var file : files.toList()) {
        log += Files.size(file);
      }
    }
    System.out.printf(
        Locale.ROOT, "%15d %11d %14d %10.0f %%%n", puts, put, log, 100.0 * (put - log) / put);
  }

  private static String json(int number, SplittableRandom chance) {
    return """
    {"id": %d, "name": "user-%d", "email": "user%d@example.org", "city": "%s", \
    "active": %b, "balance": %d.%02d, "visits": %d, "token": "%016x", \
    "tags": ["customer", "newsletter"], "updated": "2026-05-%02dT%02d:%02d:%02dZ"}\
    """
        .formatted(
            number,
            number,
            chance.nextInt(1_000_000),
            CITIES[chance.nextInt(CITIES.length)],
            chance.nextBoolean(),
            chance.nextInt(10_000),
            chance.nextInt(100),
            chance.nextInt(500),
            chance.nextLong(),
            1 + chance.nextInt(28),
            chance.nextInt(24),
            chance.nextInt(60),
            chance.nextInt(60));
  }

  private static void delete(Path directory) throws IOException {
    try (var paths = Files.walk(directory)) {
      for (var path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
