package io.concordkv.storage.engine.lsm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordkv.base.Bytes;
import io.concordkv.base.CorruptionError;
import io.concordkv.base.env.FileSystem;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.Order;
import io.concordkv.storage.engine.WriteBatch;
import io.concordkv.testkit.SimDisk;
import io.concordkv.testkit.Simulation;
import java.time.Duration;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// Which files of tables an engine opens and reads, and when.
final class LsmOpeningTest {
  private static final int KEYS = 20_000;
  private static final String SETTINGS =
      "memtable-bytes=16384 table-bytes=1024 level1-bytes=8192 block-bytes=256 max-open-tables=5"
          + " block-cache-bytes=0 compression=none";

  private final Simulation simulation = new Simulation(1);
  private final SimDisk disk = simulation.disk("n1");
  private final TreeMap<Bytes, Bytes> content = new TreeMap<>();

  private LsmEngine open() {
    return LsmEngine.open(simulation.env("n1"), "state", TinyOptions.of(SETTINGS));
  }

  private static Bytes key(int i) {
    return Bytes.of("key-%05d".formatted(i));
  }

  /// Some of the tables delete ranges.
  private void write() {
    var engine = open();
    for (int i = 0; i < KEYS; i++) {
      int n = i * 7919 % KEYS;
      var batch = new WriteBatch().put(key(n), Bytes.of("value-" + n)).mark(i + 1);
      content.put(key(n), Bytes.of("value-" + n));
      if (i % 100 == 0) {
        var range = new KeyRange(key(n + 10), key(n + 15));
        batch.deleteRange(range);
        content.keySet().removeIf(range::contains);
      }
      engine.write(batch);
      if (i % 500 == 0) {
        simulation.runFor(Duration.ofMillis(50));
      }
    }
    engine.sync();
    simulation.runFor(Duration.ofSeconds(1));
    engine.close();
    assertThat(tables()).hasSizeGreaterThan(200);
  }

  private List<String> tables() {
    return disk.paths().stream().filter(path -> path.endsWith(".sst")).toList();
  }

  private void read(LsmEngine engine) {
    var found = new TreeMap<Bytes, Bytes>();
    try (var cursor = engine.scan(KeyRange.ALL, Order.ASCENDING)) {
      while (cursor.next()) {
        found.put(cursor.key(), cursor.value());
      }
    }
    assertThat(found).isEqualTo(content);
    for (int i = 0; i < KEYS; i += 50) {
      assertThat(engine.get(key(i))).isEqualTo(content.get(key(i)));
    }
  }

  @Test
  void a_store_of_hundreds_of_tables_is_opened_without_reading_one() {
    write();
    disk.failReads(".sst", Integer.MAX_VALUE);
    try (var engine = open()) {
      assertThat(engine.files()).hasSize(tables().size());
      assertThat(disk.openFiles(".sst")).isZero();
      disk.failReads(".sst", 0);
      assertThat(engine.get(key(0))).isEqualTo(content.get(key(0)));
      assertThat(disk.openFiles(".sst")).isBetween(1L, 3L);
    }
  }

  @Test
  void no_more_tables_stay_open_than_are_allowed() {
    write();
    try (var engine = open()) {
      read(engine);
      assertThat(disk.openFiles(".sst")).isEqualTo(5);
    }
    assertThat(disk.openFiles("")).isZero();
  }

  @Test
  void a_table_that_is_lost_or_too_short_is_noticed_at_the_opening() {
    write();
    var names = disk.paths();
    var path = tables().get(17);
    var whole = disk.content(path);
    try (var file = simulation.env("n1").files().open(path, FileSystem.Mode.WRITE)) {
      file.truncate(whole.length - 1);
    }
    assertThatThrownBy(this::open)
        .isInstanceOf(CorruptionError.class)
        .hasMessageContaining(path)
        .hasMessageContaining("should have " + whole.length);
    simulation.env("n1").files().delete(path);
    assertThatThrownBy(this::open)
        .isInstanceOf(CorruptionError.class)
        .hasMessageContaining(path)
        .hasMessageContaining("missing");
    assertThat(tables()).hasSize((int) names.stream().filter(n -> n.endsWith(".sst")).count() - 1);
  }

  @Test
  void a_table_that_is_damaged_where_it_says_what_it_is_is_noticed_by_the_first_who_reads_it() {
    write();
    var path = tables().getLast();
    disk.corrupt(path, disk.content(path).length - 30, 1);
    try (var engine = open()) {
      assertThatThrownBy(() -> read(engine))
          .isInstanceOf(CorruptionError.class)
          .hasMessageContaining(path)
          .hasMessageContaining("footer");
    }
  }

  @Test
  void compactions_that_meet_a_damaged_table_say_so() {
    write();
    for (var path : tables()) {
      disk.corrupt(path, disk.content(path).length - 30, 1);
    }
    try (var engine = open()) {
      for (int i = 0; i < KEYS && engine.damage() == null; i++) {
        engine.write(new WriteBatch().put(key(i), Bytes.of("again-" + i)).mark(KEYS + i + 1L));
        if (i % 500 == 0) {
          simulation.runFor(Duration.ofMillis(50));
        }
      }
      assertThat(engine.damage()).isNotNull().hasMessageContaining(".sst");
    }
  }

  @Test
  void what_is_counted_does_not_depend_on_whole_tables() {
    write();
    long whole;
    try (var engine = open()) {
      whole = engine.metrics().count();
    }
    for (var path : tables()) {
      disk.corrupt(path, disk.content(path).length - 30, 1);
    }
    try (var engine = open()) {
      assertThat(engine.metrics().count()).isGreaterThanOrEqualTo(whole);
      assertThat(engine.damage()).isNotNull();
    }
  }
}
