package io.concordkv.storage.engine.lsm;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordkv.base.Bytes;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.Order;
import io.concordkv.storage.engine.WriteBatch;
import io.concordkv.testkit.Gen;
import io.concordkv.testkit.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class CompactionsTest {
  private final Simulation simulation = new Simulation(5);
  private final Gen gen = new Gen(11);
  private final TreeMap<Bytes, Bytes> content = new TreeMap<>();
  private long mark;
  private String prefix = "key-";

  private LsmEngine open(String settings) {
    return LsmEngine.open(simulation.env("n1"), "engine", TinyOptions.of(settings));
  }

  private void settle() {
    simulation.runFor(Duration.ofMinutes(1));
  }

  private void put(LsmEngine engine, int keys, int valueBytes) {
    var key = Bytes.of("%s%06d".formatted(prefix, gen.below(keys)));
    var value = new byte[valueBytes];
    for (int i = 0; i < value.length; i++) {
      value[i] = (byte) gen.below(256);
    }
    engine.write(new WriteBatch().put(key, Bytes.wrap(value)).mark(++mark));
    content.put(key, Bytes.wrap(value));
  }

  private static Map<Bytes, Bytes> read(LsmEngine engine) {
    var read = new TreeMap<Bytes, Bytes>();
    try (var cursor = engine.scan(KeyRange.ALL, Order.ASCENDING)) {
      while (cursor.next()) {
        read.put(cursor.key(), cursor.value());
      }
    }
    return read;
  }

  private static List<Long> runs(LsmEngine engine) {
    var runs = new ArrayList<Long>();
    for (int level = 1; level < Levels.COUNT; level++) {
      if (!engine.levels().level(level).isEmpty()) {
        runs.add(engine.levels().bytes(level));
      }
    }
    return runs;
  }

  @Test
  void runs_of_similar_size_become_one() {
    var engine = open(TinyOptions.TIERED_SETTINGS);
    int most = 0;
    for (int i = 0; i < 6000; i++) {
      put(engine, 2000, 20);
      if (i % 20 == 0) {
        settle();
        most = Math.max(most, runs(engine).size());
      }
    }
    settle();
    assertThat(most).isBetween(3, 10);
    assertThat(engine.metrics().debtBytes()).isZero();
    assertThat(engine.levels().level(0)).hasSizeLessThan(2);
    var runs = runs(engine);
    assertThat(runs.stream().mapToLong(each -> each).sum() - runs.getLast())
        .as("above the oldest run")
        .isLessThanOrEqualTo(2 * runs.getLast());
    assertThat(read(engine)).isEqualTo(content);
  }

  @Test
  void deletions_go_with_the_oldest_run() {
    var engine = open(TinyOptions.TIERED_SETTINGS);
    for (int i = 0; i < 1000; i++) {
      put(engine, 300, 20);
    }
    for (int i = 0; i < 300; i++) {
      engine.write(new WriteBatch().delete(Bytes.of("key-%06d".formatted(i))).mark(++mark));
    }
    content.clear();
    prefix = "new-";
    for (int i = 0; i < 3000; i++) {
      put(engine, 800, 20);
    }
    settle();
    assertThat(read(engine)).isEqualTo(content);
    assertThat(engine.levels().all().stream().mapToLong(table -> table.info().tombstones()).sum())
        .isZero();
  }

  @Test
  void a_long_merge_far_below_does_not_hold_up_level_0() {
    for (var strategy : List.of("compaction=tiered tier-runs=2", "level1-bytes=1MiB")) {
      var engine =
          LsmEngine.open(
              simulation.env("n1"),
              strategy,
              TinyOptions.of(
                  strategy
                      + " separate-values-from=0 compactions=1 memtable-bytes=262144 table-bytes=4MiB level0-tables=2"
                      + " compression=none"));
      int together = 0;
      int mostTables = 0;
      for (int i = 0; i < 1500; i++) {
        put(engine, 100_000, 16 << 10);
        simulation.runFor(Duration.ofNanos(200_000));
        var tasks = engine.compactions.atWork().tasks();
        boolean below = tasks.stream().anyMatch(task -> task.top() > 0);
        together += below && tasks.stream().anyMatch(task -> task.top() == 0) ? 1 : 0;
        mostTables = Math.max(mostTables, engine.levels().level(0).size());
      }
      assertThat(together).as(strategy).isPositive();
      assertThat(mostTables).as(strategy).isLessThan(12);
      settle();
      assertThat(engine.metrics().debtBytes()).as(strategy).isZero();
      content.forEach((key, value) -> assertThat(engine.get(key)).isEqualTo(value));
      content.clear();
    }
  }

  @Test
  void a_store_changes_from_one_strategy_to_the_other() {
    var strategies = List.of(TinyOptions.TIERED_SETTINGS, TinyOptions.COMPRESSED_SETTINGS);
    for (int round = 0; round < 6; round++) {
      var engine = open(strategies.get(round % 2));
      for (int i = 0; i < 1500; i++) {
        put(engine, 1000, 30);
        simulation.runFor(Duration.ofNanos(50_000));
      }
      engine.sync();
      settle();
      assertThat(read(engine)).as("round " + round).isEqualTo(content);
      assertThat(engine.metrics().debtBytes()).as("round " + round).isZero();
      engine.close();
      settle();
    }
  }

  private static long deletions(LsmEngine engine) {
    return engine.levels().all().stream().mapToLong(table -> table.info().tombstones()).sum();
  }

  /// A queue whose messages were consumed, between pairs that stay. The messages lie deep, what
  /// consumes them above.
  private LsmEngine consumed(String settings) {
    var messages = new ArrayList<Bytes>();
    try (var engine = open("memtable-bytes=16384 level0-tables=1 level1-bytes=16384")) {
      prefix = "a-";
      for (int i = 0; i < 500; i++) {
        put(engine, 1000, 20);
      }
      for (int i = 0; i < 3000; i++) {
        messages.add(Bytes.of("queue-%06d".formatted(i)));
        engine.write(new WriteBatch().put(messages.getLast(), Bytes.of("message")).mark(++mark));
      }
      engine.flush();
      settle();
      assertThat(engine.levels().level(0)).isEmpty();
      assertThat(engine.levels().level(1).size()).isLessThan(engine.levels().all().size());
      engine.sync();
    }
    var engine = open(settings);
    for (var message : messages) {
      engine.write(new WriteBatch().delete(message).mark(++mark));
    }
    engine.flush();
    settle();
    return engine;
  }

  @Test
  void deletions_that_stand_close_together_go_down_until_they_are_gone() {
    try (var engine = consumed("crowded-deletions=0")) {
      assertThat(deletions(engine)).isEqualTo(3000);
      assertThat(engine.levels().level(0).getFirst().info().crowd()).isEqualTo(1024);
      assertThat(read(engine)).isEqualTo(content);
    }
    try (var engine = open("crowded-deletions=0")) {
      settle();
      assertThat(engine.levels().level(0).getFirst().info().crowd()).isEqualTo(1024);
    }
    try (var engine = open("")) {
      settle();
      assertThat(engine.levels().all()).allMatch(table -> table.info().crowd() < 512);
      assertThat(deletions(engine)).isLessThan(600); // where tables end
      assertThat(engine.levels().level(0)).isEmpty();
      assertThat(read(engine)).isEqualTo(content);
    }
  }

  @Test
  void deletions_far_apart_wait_until_their_level_is_full() {
    try (var engine = open("")) {
      for (int i = 0; i < 5000; i++) {
        var key = Bytes.of("key-%06d".formatted(i));
        engine.write(
            i % 3 == 0
                ? new WriteBatch().delete(key).mark(++mark)
                : new WriteBatch().put(key, key).mark(++mark));
      }
      engine.flush();
      settle();
      assertThat(engine.levels().all()).isEqualTo(engine.levels().level(0));
      assertThat(engine.levels().all()).allMatch(table -> table.info().crowd() <= 342);
    }
  }
}
