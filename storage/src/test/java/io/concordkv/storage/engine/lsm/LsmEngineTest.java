package io.concordkv.storage.engine.lsm;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordkv.base.Bytes;
import io.concordkv.storage.engine.Engine;
import io.concordkv.storage.engine.EngineContract;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.Order;
import io.concordkv.storage.engine.WriteBatch;
import io.concordkv.storage.engine.lsm.table.Compression;
import io.concordkv.storage.engine.lsm.table.Table;
import io.concordkv.storage.engine.lsm.table.TableInfo;
import io.concordkv.testkit.SimEnv;
import io.concordkv.testkit.Simulation;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

final class LsmEngineTest extends EngineContract {
  private final Simulation simulation = new Simulation(1);
  private SimEnv env = simulation.env("n1");

  @Override
  protected Engine open(String directory) {
    return LsmEngine.open(env, directory, TinyOptions.COMPRESSED);
  }

  @Override
  protected void settle() {
    simulation.runFor(Duration.ofMinutes(1));
  }

  @Test
  void what_is_known_of_a_table_keeps_no_message_alive() {
    var message = Bytes.wrap(new byte[1 << 20]);
    var info = new TableInfo(1, 100, 2, 0, 0, message.slice(0, 16), message.slice(50, 66));
    assertThat(info.smallest().sharedArray()).hasSize(16);
    assertThat(info.largest().sharedArray()).hasSize(16);
  }

  @Test
  void what_is_durable_is_there_after_a_reopening() {
    for (int i = 1; i <= 300; i++) {
      engine.write(new WriteBatch().put(key("key-" + i), key("value-" + i)).mark(i));
    }
    engine.sync();
    put("lost", "by the crash");
    reopen();
    assertThat(engine.mark()).isEqualTo(300);
    assertThat(engine.durableMark()).isEqualTo(300);
    assertThat(pairs(engine, KeyRange.ALL, Order.ASCENDING)).hasSize(300);
    assertThat(engine.get(key("key-77"))).isEqualTo(key("value-77"));
    assertThat(engine.get(key("lost"))).isNull();
  }

  @Test
  void a_mark_alone_becomes_durable() {
    engine.write(new WriteBatch().mark(4));
    flushed();
    assertThat(engine.durableMark()).isEqualTo(4);
    reopen();
    assertThat(engine.durableMark()).isEqualTo(4);
  }

  @Test
  void a_write_does_not_touch_the_disk() {
    settle();
    long before = simulation.disk("n1").operations();
    for (int i = 0; i < 200; i++) {
      put("key-" + i, "value-" + i);
    }
    engine.flush();
    assertThat(engine.stalled()).isTrue();
    assertThat(simulation.disk("n1").operations()).isEqualTo(before);
    settle();
    assertThat(engine.stalled()).isFalse();
  }

  @Test
  void tables_that_nobody_needs_are_deleted() {
    for (int round = 0; round < 20; round++) {
      for (int i = 0; i < 100; i++) {
        put("key-" + i, "value-" + round + "-" + i);
      }
      settle();
    }
    var view = engine.view();
    var seen = pairs(view, KeyRange.ALL, Order.ASCENDING);
    for (int i = 0; i < 100; i++) {
      engine.write(new WriteBatch().delete(key("key-" + i)));
    }
    for (int round = 0; round < 20; round++) {
      for (int i = 0; i < 100; i++) {
        put("key-" + i % 3, "value-" + round + "-" + i);
      }
      flushed();
    }
    assertThat(pairs(view, KeyRange.ALL, Order.ASCENDING)).isEqualTo(seen);
    int pinned = tables().size();
    view.close();
    settle();
    assertThat(tables()).hasSizeLessThan(pinned);
    assertThat(engine.sizes().disk()).isEqualTo(bytesOnDisk());
  }

  @Test
  void leftovers_of_a_crash_are_removed() {
    put("a", "1");
    engine.sync();
    var replacement = engine.replacement();
    replacement.add(key("b"), key("2"));
    replacement.seal();
    assertThat(tables()).hasSize(2);
    reopen();
    assertThat(tables()).hasSize(1);
    assertThat(pairs(engine, KeyRange.ALL, Order.ASCENDING)).containsExactly("a=1");
  }

  @Test
  void what_is_given_up_leaves_no_files() {
    settle();
    var before = simulation.disk("n1").paths();
    var sealed = engine.replacement();
    sealed.add(key("large"), Bytes.wrap(new byte[5000]));
    sealed.seal();
    assertThat(simulation.disk("n1").paths()).hasSize(before.size() + 2);
    sealed.abandon();
    var open = engine.replacement();
    open.add(key("large"), Bytes.wrap(new byte[5000]));
    open.abandon();
    assertThat(simulation.disk("n1").paths()).isEqualTo(before);
  }

  @Test
  void the_cache_stays_within_its_bytes_and_counts_its_hits() {
    for (int i = 0; i < 2000; i++) {
      put("key-%06d".formatted(i * 7919 % 2000), "value-" + i);
    }
    flushed();
    assertThat(pairs(engine, KeyRange.ALL, Order.ASCENDING)).hasSize(2000);
    assertThat(((LsmEngine) engine).store.cachedBytes())
        .isPositive()
        .isLessThanOrEqualTo(TinyOptions.COMPRESSED.cache().blockBytes());
    assertThat(engine.metrics().cacheMisses()).isPositive();
    assertThat(engine.get(key("key-000001"))).isNotNull();
    long hits = engine.metrics().cacheHits();
    assertThat(engine.get(key("key-000001"))).isNotNull();
    assertThat(engine.metrics().cacheHits()).isGreaterThan(hits);
  }

  @Test
  void levels_keep_their_limits() {
    for (int i = 0; i < 5000; i++) {
      put("key-%06d".formatted(i * 7919 % 5000), "value-" + i);
      if (i % 100 == 0) {
        settle();
      }
    }
    settle();
    var levels = ((LsmEngine) engine).levels();
    assertThat(levels.level(0)).hasSizeLessThan(TinyOptions.COMPRESSED.compaction().level0Tables());
    assertThat(levels.bytes(1))
        .isLessThanOrEqualTo(TinyOptions.COMPRESSED.compaction().level1Bytes());
    assertThat(levels.bytes(2))
        .isLessThanOrEqualTo(3 * TinyOptions.COMPRESSED.compaction().level1Bytes());
    assertThat(levels.bytes(3) + levels.bytes(4)).isPositive();
  }

  @Test
  void each_level_is_compressed_and_filtered_as_was_chosen_for_it() {
    for (int i = 0; i < 5000; i++) {
      put("key-%06d".formatted(i * 7919 % 5000), "value-value-value-" + i);
      if (i % 100 == 0) {
        settle();
      }
    }
    flushed();
    var levels = ((LsmEngine) engine).levels();
    var chosen = TinyOptions.COMPRESSED.tables();
    for (int level = 0; level < Levels.COUNT; level++) {
      for (var table : levels.level(level)) {
        var layout = table.layout();
        for (var block : layout.blocks()) {
          assertThat(block.compression())
              .as("level " + level)
              .isIn(chosen.at(level).compression(), Compression.NONE);
        }
        assertThat(Objects.requireNonNull(layout.filter()).probes())
            .as("level " + level)
            .isEqualTo(chosen.at(level).bloomBitsPerKey() * 13 / 20);
      }
    }
    assertThat(levels.all()).anyMatch(table -> uses(table, Compression.LZ4));
    assertThat(levels.all()).anyMatch(table -> uses(table, Compression.SNAPPY));
    assertThat(levels.all()).anyMatch(table -> uses(table, Compression.ZSTD));
  }

  private static boolean uses(Table table, Compression compression) {
    return table.layout().blocks().stream().anyMatch(block -> block.compression() == compression);
  }

  @Test
  void a_closed_engine_lets_its_background_work_go_idle() {
    for (int i = 0; i < 1000; i++) {
      put("key-" + i, "value-" + i);
    }
    engine.close();
    var names = simulation.disk("n1").paths();
    long operations = simulation.disk("n1").operations();
    settle();
    assertThat(simulation.disk("n1").paths()).isEqualTo(names);
    assertThat(simulation.disk("n1").operations()).isEqualTo(operations);
    engine = open();
  }

  @Test
  void a_replacement_survives_a_reopening() {
    for (int i = 0; i < 500; i++) {
      put("old-" + i, "value");
    }
    var replacement = engine.replacement();
    for (int i = 0; i < 500; i++) {
      replacement.add(key("new-%04d".formatted(i)), Bytes.EMPTY);
    }
    replacement.seal();
    engine.replaceWith(replacement, 77, () -> {});
    settle();
    reopen();
    assertThat(engine.durableMark()).isEqualTo(77);
    assertThat(pairs(engine, KeyRange.ALL, Order.ASCENDING))
        .hasSize(500)
        .first()
        .isEqualTo("new-0000=");
    settle();
    assertThat(engine.sizes().disk()).isEqualTo(bytesOnDisk());
  }

  private void reopen() {
    engine.close();
    settle();
    env = simulation.env("n1");
    engine = open();
  }

  private List<String> tables() {
    return simulation.disk("n1").paths().stream().filter(path -> path.endsWith(".sst")).toList();
  }

  private long bytesOnDisk() {
    var disk = simulation.disk("n1");
    return disk.paths().stream()
        .filter(path -> !path.endsWith("CURRENT"))
        .mapToLong(path -> disk.content(path).length)
        .sum();
  }
}
