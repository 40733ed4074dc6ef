package io.concordkv.storage.engine.lsm;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordkv.base.Bytes;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.Order;
import io.concordkv.storage.engine.WriteBatch;
import io.concordkv.storage.engine.lsm.table.BloomFilter;
import io.concordkv.storage.engine.lsm.table.DeletedRanges;
import io.concordkv.storage.engine.lsm.table.Table;
import io.concordkv.storage.engine.memtable.MemtableRanges;
import io.concordkv.testkit.Gen;
import io.concordkv.testkit.SimEnv;
import io.concordkv.testkit.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// What becomes of deleted ranges on their way through memtables, tables and levels.
final class RangeDeletionTest {
  private final Simulation simulation = new Simulation(11);
  private SimEnv env = simulation.env("n1");
  private LsmEngine engine = LsmEngine.open(env, "state", TinyOptions.COMPRESSED);

  private void fill(int from, int to, String value) {
    for (int i = from; i < to; i++) {
      engine.put(key(i), Bytes.of(value + i * 7919 % 1000));
    }
    settle();
  }

  private void settle() {
    simulation.runFor(Duration.ofSeconds(10));
  }

  private void flushed() {
    engine.flush();
    settle();
  }

  private static Bytes key(int i) {
    return Bytes.of("key-%06d".formatted(i));
  }

  private static KeyRange range(int from, int to) {
    return new KeyRange(key(from), key(to));
  }

  private List<Bytes> keys(KeyRange range, Order order) {
    var keys = new ArrayList<Bytes>();
    try (var cursor = engine.scan(range, order)) {
      while (cursor.next()) {
        keys.add(cursor.key());
      }
    }
    return keys;
  }

  private long blocksLookedAt() {
    var metrics = engine.metrics();
    return metrics.cacheHits() + metrics.cacheMisses();
  }

  private long rangesInTables() {
    return engine.levels().all().stream().mapToLong(table -> table.ranges().size()).sum();
  }

  @Test
  void a_table_may_have_nothing_but_a_range() {
    fill(0, 300, "v");
    flushed();
    engine.deleteRange(range(50, 250));
    engine.sync();
    engine.close();
    env = simulation.env("n1");
    engine = LsmEngine.open(env, "state", TinyOptions.COMPRESSED);
    assertThat(keys(KeyRange.ALL, Order.ASCENDING)).hasSize(100);
    assertThat(keys(KeyRange.ALL, Order.DESCENDING)).hasSize(100);
    assertThat(engine.get(key(50))).isNull();
    assertThat(engine.get(key(249))).isNull();
    assertThat(engine.get(key(250))).isNotNull();
  }

  @Test
  void a_range_costs_as_much_as_a_key_whatever_it_deletes() {
    fill(0, 5000, "v");
    long operations = simulation.disk("n1").operations();
    long before = engine.sizes().memory();
    engine.deleteRange(range(0, 5000));
    assertThat(simulation.disk("n1").operations()).isEqualTo(operations);
    assertThat(engine.sizes().memory() - before).isLessThan(200);
  }

  @Test
  void a_scan_goes_past_a_deleted_range_at_once() {
    fill(0, 5000, "v");
    flushed();
    engine.deleteRange(range(10, 4990));
    for (var order : Order.values()) {
      long before = blocksLookedAt();
      assertThat(keys(KeyRange.ALL, order)).hasSize(20);
      assertThat(blocksLookedAt() - before).as("%s", order).isLessThan(60);
    }
    flushed();
    for (var order : Order.values()) {
      long before = blocksLookedAt();
      assertThat(keys(KeyRange.ALL, order)).hasSize(20);
      assertThat(blocksLookedAt() - before).as("%s", order).isLessThan(60);
    }
  }

  @Test
  void a_range_that_deletes_nothing_below_is_dropped() {
    for (int round = 0; round < 4; round++) {
      engine.deleteRange(range(0, 100));
      engine.put(key(round), Bytes.of("v"));
      flushed();
    }
    var deeper = new ArrayList<>(engine.levels().all());
    deeper.removeAll(engine.levels().level(0));
    assertThat(deeper).isNotEmpty().allMatch(table -> table.ranges().isEmpty());
    assertThat(keys(KeyRange.ALL, Order.ASCENDING)).containsExactly(key(3));
  }

  @Test
  void a_wholly_deleted_table_is_not_counted() {
    fill(0, 2000, "v");
    flushed();
    assertThat(engine.count()).isEqualTo(2000);
    engine.deleteRange(KeyRange.ALL);
    assertThat(engine.count()).isZero();
    flushed();
    assertThat(engine.count()).isLessThan(100);
  }

  @Test
  void what_was_put_into_a_deleted_range_again_stays() {
    fill(0, 3000, "old");
    flushed();
    engine.deleteRange(range(100, 2900));
    for (int i = 105; i < 2900; i += 10) {
      engine.put(key(i), Bytes.of("new"));
    }
    flushed();
    var found = keys(KeyRange.ALL, Order.ASCENDING);
    assertThat(found).hasSize(100 + 280 + 100);
    assertThat(keys(KeyRange.ALL, Order.DESCENDING)).isEqualTo(found.reversed());
    for (int i = 0; i < 3000; i++) {
      boolean there = i < 100 || i >= 2900 || i % 10 == 5;
      assertThat(engine.get(key(i)) != null).as("%s", i).isEqualTo(there);
    }
  }

  @Test
  void a_range_is_cut_where_a_table_ends_and_nothing_of_it_is_lost() {
    Gen.check(
        60,
        gen -> {
          var ranges = new ArrayList<KeyRange>();
          for (int i = gen.below(12); i > 0; i--) {
            int from = gen.below(300);
            ranges.add(new KeyRange(key(from), gen.oneIn(9) ? null : key(from + gen.below(80))));
          }
          var deleted = DeletedRanges.of(ranges);
          var options = TinyOptions.of(TinyOptions.ONE_KEY_BLOCK_SETTINGS);
          var files = simulation.env("n" + gen.seed()).files();
          files.createDirectories("cut");
          var store = new TableStore(files, "cut", options, FileIds.from(1));
          var output =
              new Output(
                  store,
                  store.ids()::next,
                  1,
                  options.tables().bytes(),
                  0,
                  deleted,
                  Levels.of(List.of()));
          var points = new TreeMap<Integer, Bytes>();
          for (int i = 0; i < 300; i += gen.between(1, 20)) {
            points.put(i, Bytes.of("v" + i));
            output.add(key(i), Bytes.of("v" + i));
          }
          var tables = store.publish(output.finish());
          for (int i = 1; i < tables.size(); i++) {
            assertThat(tables.get(i - 1).endsBelow(tables.get(i).span().from())).isTrue();
          }
          var level = Levels.of(tables.stream().map(table -> new Levels.Placed(1, table)).toList());
          for (int i = 0; i < 400; i++) {
            var answer = level.get(key(i), BloomFilter.hash(key(i)));
            if (points.containsKey(i)) {
              assertThat(answer).isEqualTo(points.get(i));
            } else {
              boolean isDeleted = answer != null && Table.isDeleted(answer);
              assertThat(isDeleted).as("%s", i).isEqualTo(deleted.contains(key(i)));
            }
          }
        });
  }

  @Test
  void a_memtable_takes_a_bounded_number_of_ranges() {
    try (var other = LsmEngine.open(simulation.env("n2"), "state", LsmOptions.DEFAULT)) {
      for (int i = 0; i < MemtableRanges.MAX; i++) {
        other.deleteRange(range(2 * i, 2 * i + 1));
      }
      settle();
      assertThat(other.files()).hasSize(1);
    }
  }

  @Test
  void ranges_of_a_memtable_are_as_a_map_of_keys_would_have_them() {
    Gen.check(
        200,
        gen -> {
          var ranges = MemtableRanges.NONE;
          var model = new TreeMap<Integer, Long>();
          for (int sequence = 1; sequence <= gen.between(1, 30); sequence++) {
            int from = gen.below(100);
            int to = gen.between(from + 1, 101);
            boolean endless = gen.oneIn(10);
            ranges =
                ranges.with(new KeyRange(key(from), endless ? null : key(to)), (long) sequence);
            for (int i = from; i < (endless ? 200 : to); i++) {
              model.put(i, (long) sequence);
            }
          }
          for (int i = 0; i < 200; i++) {
            assertThat(ranges.sequenceAt(key(i))).isEqualTo(model.getOrDefault(i, 0L));
            assertThat(ranges.united().contains(key(i))).isEqualTo(model.containsKey(i));
            var stretch = ranges.united().around(key(i));
            assertThat(stretch.range().contains(key(i))).isTrue();
            assertThat(stretch.deleted()).isEqualTo(model.containsKey(i));
          }
          int low = gen.below(100);
          int high = gen.between(low, 200);
          var window = ranges.united().within(key(low), key(high));
          for (int i = 0; i < 200; i++) {
            assertThat(window.contains(key(i)))
                .isEqualTo(i >= low && i < high && model.containsKey(i));
          }
        });
  }

  @Test
  void many_small_ranges_end_up_as_one() {
    for (int i = 0; i < 100; i++) {
      engine.write(new WriteBatch().deleteRange(range(i, i + 1)));
    }
    fill(500, 501, "v");
    assertThat(engine.levels().all()).isEmpty();
    engine.sync();
    assertThat(rangesInTables()).isEqualTo(1);
  }
}
