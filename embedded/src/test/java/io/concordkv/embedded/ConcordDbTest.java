package io.concordkv.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordkv.base.Bytes;
import io.concordkv.base.ConcordException;
import io.concordkv.base.ErrorCode;
import io.concordkv.base.env.FileException;
import io.concordkv.storage.engine.Engines;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.Order;
import io.concordkv.storage.engine.WriteBatch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class ConcordDbTest {
  private static final Options SMALL =
      Options.DEFAULT
          .withLog(1 << 20, 256 << 10)
          .withLocks(LockOptions.DEFAULT.withTimeout(Duration.ofMinutes(1)));

  private static final Path OPEN_FILES = Path.of("/proc/self/fd");

  @TempDir Path directory;

  static List<String> engines() {
    return Engines.installed().names();
  }

  private ConcordDb open(String engine) {
    return ConcordDb.open(directory.resolve("db"), SMALL.withEngine(engine));
  }

  @ParameterizedTest
  @MethodSource("engines")
  void what_was_written_is_read_now_and_after_reopening(String engine) {
    try (var db = open(engine)) {
      db.put(bytes("a"), bytes("1"));
      db.write(
          new WriteBatch()
              .put(bytes("b"), bytes("2"))
              .put(bytes("c"), bytes("3"))
              .put(bytes("d1"), bytes("4")));
      db.delete(bytes("b"));
      assertThat(db.update(bytes("a"), old -> bytes(old + "+"))).isEqualTo(bytes("1+"));
      assertThat(db.update(bytes("c"), _ -> null)).isNull();
      assertThat(db.get(bytes("b"))).isNull();
    }
    try (var db = open(engine)) {
      assertThat(db.get(bytes("a"))).isEqualTo(bytes("1+"));
      assertThat(pairs(db, KeyRange.ALL, Order.ASCENDING)).containsExactly("a=1+", "d1=4");
      assertThat(pairs(db, KeyRange.ALL, Order.DESCENDING)).containsExactly("d1=4", "a=1+");
      assertThat(db.count(KeyRange.prefix(bytes("d")))).isEqualTo(1);
      db.put(bytes("d2"), bytes("5"));
      try (var found = db.prefix(bytes("d"))) {
        assertThat(found.next()).isTrue();
        assertThat(found.seek(bytes("d2"))).isTrue();
        assertThat(found.value()).isEqualTo(bytes("5"));
        assertThat(found.next()).isFalse();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("engines")
  void a_snapshot_stays_as_it_was(String engine) {
    try (var db = open(engine)) {
      db.put(bytes("a"), bytes("1"));
      try (var before = db.snapshot()) {
        db.put(bytes("a"), bytes("2"));
        db.put(bytes("b"), bytes("2"));
        assertThat(before.get(bytes("a"))).isEqualTo(bytes("1"));
        assertThat(before.count(KeyRange.ALL)).isEqualTo(1);
        assertThat(before.getAll(List.of(bytes("b"), bytes("a"))))
            .containsExactly(null, bytes("1"));
      }
      assertThat(db.count(KeyRange.ALL)).isEqualTo(2);
    }
  }

  @ParameterizedTest
  @MethodSource("engines")
  void a_checkpoint_opens_as_a_store(String engine) {
    var copy = directory.resolve("copy");
    try (var db = open(engine)) {
      db.put(bytes("a"), bytes("1"));
      db.checkpoint(copy);
      db.put(bytes("a"), bytes("2"));
      assertThatThrownBy(() -> db.checkpoint(copy)).isInstanceOf(FileException.class);
    }
    for (int i = 1; i < 3; i++) {
      try (var db = ConcordDb.open(copy, SMALL.withEngine(engine))) {
        assertThat(db.get(bytes("a"))).isEqualTo(bytes(i == 1 ? "1" : "own"));
        db.put(bytes("a"), bytes("own"));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("engines")
  void backups_while_others_write_have_a_moment_each_and_the_archive_the_rest(String engine)
      throws Exception {
    var archive = directory.resolve("archive");
    var options =
        SMALL
            .withEngine(engine)
            .withBackup(
                BackupOptions.DEFAULT
                    .withArchive(archive)
                    .withSegmentAge(Duration.ofMillis(20))
                    .withRate(1L << 30));
    var full = directory.resolve("backups/full");
    var next = directory.resolve("backups/next");
    var written = new AtomicInteger();
    var stop = new AtomicBoolean();
    try (var db = ConcordDb.open(directory.resolve("db"), options);
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var writer =
          threads.submit(() -> {
            while (!stop.get()) {
              int number = written.incrementAndGet();
              db.write(
                  new WriteBatch()
                      .put(bytes("a-" + number), bytes("1"))
                      .put(bytes("z-" + number), bytes("1")));
            }
          });
      var seen = new ArrayList<BackupProgress>();
      var first = db.backup(full, seen::add);
      var second = db.backup(next, full, _ -> {});
      stop.set(true);
      awaited(writer);
      assertThat(seen.getLast().done()).isEqualTo(seen.getLast().bytes());
      assertThat(second.from()).isEqualTo(first.to());
      assertThat(second.base()).contains("full");
      // Its log is archived by the third one, or by its age.
      var _ = db.backup(directory.resolve("backups/last"), next, _ -> {});
    }
    assertThat(Backups.list(directory.resolve("backups")))
        .extracting(Backups.Entry::name)
        .containsExactly("full", "next", "last");
    Backups.verify(next);
    restored(full, engine, options);
    restored(next, engine, options);
    assertThat(restored(directory.resolve("backups/last"), engine, options))
        .isEqualTo(written.get());
    assertThatThrownBy(() -> Backups.restore(full, directory.resolve("db")))
        .isInstanceOf(FileException.class)
        .hasMessageContaining("cannot restore to");
    int pieces = Backups.prune(archive, full);
    assertThat(Backups.prune(archive, full)).isZero();
    assertThat(pieces).isNotNegative();
  }

  /// How many batches there are in what is restored of it; each is whole, and none is left out.
  private long restored(Path backup, String engine, Options options) {
    var target = directory.resolve("restored-" + backup.getFileName());
    var restored = Backups.restore(backup, target);
    assertThat(restored.engine()).isEqualTo(engine);
    try (var db = ConcordDb.open(target, options.withBackup(BackupOptions.DEFAULT))) {
      long batches = db.count(KeyRange.prefix(bytes("a-")));
      assertThat(batches).isEqualTo(restored.commit());
      assertThat(db.count(KeyRange.prefix(bytes("z-")))).isEqualTo(batches);
      return batches;
    }
  }

  @Test
  void a_backup_reads_no_faster_than_it_may() {
    var options = SMALL.withBackup(BackupOptions.DEFAULT.withRate(64 << 10));
    try (var db = ConcordDb.open(directory.resolve("db"), options)) {
      var noise = new byte[96 << 10];
      new SplittableRandom(1).nextBytes(noise);
      db.put(bytes("a"), Bytes.wrap(noise));
      long start = System.nanoTime();
      db.backup(directory.resolve("backup"), _ -> {});
      assertThat(System.nanoTime() - start).isGreaterThan(Duration.ofMillis(1400).toNanos());
    }
  }

  @ParameterizedTest
  @MethodSource("engines")
  void increments_of_many_threads_all_count(String engine) throws Exception {
    int threads = 6;
    int each = 40;
    try (var db = open(engine)) {
      atOnce(
          threads,
          thread -> {
            for (int i = 0; i < each; i++) {
              db.update(bytes("all"), old -> plusOne(old));
              db.transact(
                  Isolation.SERIALIZABLE,
                  tx -> {
                    tx.put(bytes("sum"), plusOne(tx.get(bytes("sum"))));
                    tx.put(bytes("of-" + thread), plusOne(tx.get(bytes("of-" + thread))));
                    return true;
                  });
            }
          });
    }
    try (var db = open(engine)) {
      assertThat(db.get(bytes("all"))).isEqualTo(bytes("" + threads * each));
      assertThat(db.get(bytes("sum"))).isEqualTo(bytes("" + threads * each));
      assertThat(db.get(bytes("of-0"))).isEqualTo(bytes("" + each));
    }
  }

  @Test
  void one_that_loses_again_and_again_to_a_faster_one_wins_in_the_end() throws Exception {
    try (var db = open("redblack");
        var other = Executors.newSingleThreadExecutor()) {
      var attempts = new AtomicInteger();
      db.transact(
          Isolation.SERIALIZABLE,
          tx -> {
            attempts.incrementAndGet();
            var before = tx.get(bytes("a"));
            // The other one is always done first, if it is let: then this waits no longer than
            // that.
            awaited(other.submit(() -> db.update(bytes("a"), old -> plusOne(old))));
            tx.put(bytes("a"), plusOne(before));
            return true;
          });
      assertThat(attempts).hasValueLessThan(4);
      other.shutdown();
      assertThat(other.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
      assertThat(db.get(bytes("a"))).isEqualTo(bytes("" + (attempts.get() + 1)));
    }
  }

  private static void awaited(Future<?> work) {
    try {
      var _ = work.get(300, TimeUnit.MILLISECONDS);
    } catch (TimeoutException _) {
      // It waits for us.
    } catch (InterruptedException | ExecutionException failed) {
      throw new AssertionError(failed);
    }
  }

  @ParameterizedTest
  @MethodSource("engines")
  void readers_see_whole_batches_while_others_write(String engine) throws Exception {
    var options =
        SMALL.withEngine(engine).withDurability(Durability.interval(Duration.ofMillis(5)));
    try (var db = ConcordDb.open(directory.resolve("db"), options)) {
      atOnce(
          4,
          thread -> {
            for (int i = 0; i < 300; i++) {
              if (thread < 2) {
                var value = bytes(thread + "-" + i);
                var batch = new WriteBatch();
                for (int key = 0; key < 20; key++) {
                  batch.put(bytes("key-" + key), value);
                }
                db.write(batch);
              } else {
                assertThat(distinctValues(db)).isLessThanOrEqualTo(1);
              }
            }
          });
      db.flush();
      assertThat(distinctValues(db)).isEqualTo(1);
    }
  }

  private static long distinctValues(ConcordDb db) {
    var values = new ArrayList<Bytes>();
    try (var all = db.scan(KeyRange.ALL, Order.ASCENDING)) {
      while (all.next()) {
        values.add(all.value());
      }
    }
    return values.stream().distinct().count();
  }

  @Test
  void a_directory_is_opened_once() {
    var db = open("array");
    assertThatThrownBy(() -> open("array"))
        .isInstanceOfSatisfying(
            FileException.class,
            locked -> assertThat(locked.kind()).isEqualTo(FileException.Kind.LOCKED));
    db.put(bytes("a"), bytes("1"));
    db.close();
    db.close();
    try (var again = open("array")) {
      assertThat(again.get(bytes("a"))).isEqualTo(bytes("1"));
    }
  }

  @ParameterizedTest
  @MethodSource("engines")
  void a_closed_store_has_no_file_open(String engine) throws IOException {
    Assumptions.assumeTrue(Files.isDirectory(OPEN_FILES));
    var db = open(engine);
    db.put(bytes("a"), bytes("1"));
    assertThat(openFiles()).isNotEmpty();
    db.close();
    assertThat(openFiles()).isEmpty();
  }

  /// Those of the store that this process has open, as Linux tells.
  private List<Path> openFiles() throws IOException {
    var found = new ArrayList<Path>();
    try (var files = Files.list(OPEN_FILES)) {
      for (var file : files.toList()) {
        if (Files.isSymbolicLink(file) && Files.exists(file)) {
          var target = Files.readSymbolicLink(file);
          if (target.startsWith(directory.toRealPath())) {
            found.add(target);
          }
        }
      }
    }
    return found;
  }

  @Test
  void a_closed_store_says_so() {
    var db = open("hash");
    db.close();
    assertThatThrownBy(() -> db.get(bytes("a"))).isInstanceOf(StoppedException.class);
    assertThatThrownBy(() -> db.put(bytes("a"), bytes("1"))).isInstanceOf(StoppedException.class);
  }

  @Test
  void a_store_that_cannot_write_stops_says_why_and_opens_again() throws IOException {
    var db = open("skiplist");
    db.put(bytes("a"), bytes("1"));
    var log = directory.resolve("db").resolve(Store.LOG);
    var aside = directory.resolve("aside");
    Files.move(log, aside);
    var noise = new byte[100_000];
    new SplittableRandom(1).nextBytes(noise);
    assertThatThrownBy(
            () -> {
              for (int i = 0; i < 100; i++) {
                db.put(bytes("b"), Bytes.wrap(noise));
              }
            })
        .isInstanceOf(StoppedException.class)
        .hasMessageContaining("has stopped and writes nothing more")
        .hasRootCauseInstanceOf(IOException.class);
    assertThatThrownBy(() -> db.get(bytes("a"))).isInstanceOf(StoppedException.class);
    assertThatThrownBy(db::flush).isInstanceOf(StoppedException.class);
    db.close();

    Files.move(aside, log);
    try (var again = open("skiplist")) {
      assertThat(again.get(bytes("a"))).isEqualTo(bytes("1"));
    }
  }

  @Test
  void money_that_threads_move_about_stays_the_same() throws Exception {
    try (var db = open("redblack")) {
      for (int i = 0; i < 5; i++) {
        db.put(bytes("account-" + i), bytes("100"));
      }
      atOnce(
          4,
          thread -> {
            for (int i = 0; i < 60; i++) {
              int from = (thread + i) % 5;
              int to = (3 * thread + 2 * i + 1) % 5;
              int sum = db.transact(Isolation.SERIALIZABLE, tx -> move(tx, from, to));
              assertThat(sum).isEqualTo(500);
            }
          });
    }
  }

  /// Returns the sum that it saw.
  private static int move(Transaction tx, int from, int to) {
    int sum = 0;
    try (var all = tx.scan(KeyRange.prefix(bytes("account-")), Order.ASCENDING)) {
      while (all.next()) {
        sum += Integer.parseInt(all.value().toUtf8());
      }
    }
    tx.update(bytes("account-" + from), old -> bytes("" + (Integer.parseInt("" + old) - 1)));
    tx.update(bytes("account-" + to), old -> bytes("" + (Integer.parseInt("" + old) + 1)));
    return sum;
  }

  @Test
  void compacting_gives_back_what_was_overwritten_while_others_go_on() {
    try (var db = open("lsm")) {
      for (int round = 0; round < 8; round++) {
        for (int i = 0; i < 64; i++) {
          var noise = new byte[8 << 10];
          new SplittableRandom(1000 * round + i).nextBytes(noise);
          db.put(bytes("key-" + i), Bytes.wrap(noise));
        }
      }
      db.compact();
      for (int i = 0; db.metrics().sizes().disk() > 1 << 20 && i < 10_000; i++) {
        db.put(bytes("beside"), bytes("" + i));
      }

      assertThat(db.metrics().sizes().disk()).isBetween(512L << 10, 1L << 20);
      assertThat(db.count(KeyRange.prefix(bytes("key-")))).isEqualTo(64);
    }
  }

  @Test
  void options_are_checked() {
    assertThatThrownBy(() -> open("abacus"))
        .isInstanceOf(ConcordException.class)
        .hasMessageContaining("there is no engine 'abacus'");
    assertThatThrownBy(
            () -> ConcordDb.open(directory.resolve("db"), SMALL.withSetting("wings", "2")))
        .isInstanceOf(ConcordException.class)
        .hasMessageContaining("no setting 'wings'");
    assertThatThrownBy(() -> SMALL.withBatchBytes(3))
        .isInstanceOfSatisfying(
            ConcordException.class, bad -> assertThat(bad.code()).isEqualTo(ErrorCode.BAD_SETTING))
        .hasMessage("batch-bytes is 1024 to 268435456, not 3");
    assertThatThrownBy(() -> SMALL.withDurability(Durability.interval(Duration.ZERO)))
        .isInstanceOf(ConcordException.class);
  }

  private interface Part {
    void run(int thread);
  }

  private static void atOnce(int threads, Part part) throws Exception {
    try (var pool = Executors.newFixedThreadPool(threads)) {
      var parts = new ArrayList<Callable<Boolean>>();
      for (int i = 0; i < threads; i++) {
        int thread = i;
        parts.add(() -> {
          part.run(thread);
          return true;
        });
      }
      for (var done : pool.invokeAll(parts)) {
        assertThat(done.get()).isTrue();
      }
    }
  }

  private static List<String> pairs(ConcordDb db, KeyRange range, Order order) {
    var found = new ArrayList<String>();
    try (var cursor = db.scan(range, order)) {
      while (cursor.next()) {
        found.add(cursor.key() + "=" + cursor.value());
      }
    }
    return found;
  }

  private static Bytes plusOne(@Nullable Bytes before) {
    return bytes("" + (before == null ? 1 : Long.parseLong(before.toUtf8()) + 1));
  }

  private static Bytes bytes(String text) {
    return Bytes.of(text);
  }
}
