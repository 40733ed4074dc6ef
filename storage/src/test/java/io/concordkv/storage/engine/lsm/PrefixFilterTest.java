package io.concordkv.storage.engine.lsm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordkv.base.Bytes;
import io.concordkv.base.ConcordException;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.Order;
import io.concordkv.storage.engine.View;
import io.concordkv.storage.engine.WriteBatch;
import io.concordkv.testkit.Simulation;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Scans of a prefix, where tables have filters of prefixes.
final class PrefixFilterTest {
  private static final int TABLES = 20;
  private static final int PREFIXES = 200;

  /// Nothing is compacted, so each flush stays a table.
  private static final String SETTINGS =
      "level0-tables=64 block-bytes=256 block-cache-bytes=16777216 compression=none ";

  private final Simulation simulation = new Simulation(1);

  private LsmEngine open(String settings) {
    return LsmEngine.open(simulation.env("n1"), "state", TinyOptions.of(SETTINGS + settings));
  }

  private static Bytes key(int prefix, int i) {
    return Bytes.of("p%03d/%02d".formatted(prefix, i));
  }

  private static KeyRange range(int prefix) {
    return KeyRange.prefix(Bytes.of("p%03d/".formatted(prefix)));
  }

  /// Each table has keys from the first prefix to the last, but only of every twentieth.
  private static void write(LsmEngine engine) {
    for (int table = 0; table < TABLES; table++) {
      var batch = new WriteBatch();
      for (int prefix = table; prefix < PREFIXES; prefix += TABLES) {
        for (int i = 0; i < 10; i++) {
          batch.put(key(prefix, i), Bytes.of("value-" + prefix));
        }
      }
      engine.write(batch.mark(table + 1));
      engine.sync();
    }
    assertThat(engine.files()).hasSize(TABLES);
  }

  private static List<Bytes> keys(View view, KeyRange range, Order order) {
    var keys = new ArrayList<Bytes>();
    try (var cursor = view.scan(range, order)) {
      while (cursor.next()) {
        keys.add(cursor.key());
      }
    }
    return order == Order.ASCENDING ? keys : keys.reversed();
  }

  private static List<Bytes> expected(int prefix) {
    var keys = new ArrayList<Bytes>();
    for (int i = 0; i < 10; i++) {
      keys.add(key(prefix, i));
    }
    return keys;
  }

  /// How many blocks a scan of some prefixes loads, when the filters have been read.
  private static long blocks(LsmEngine engine, Order order) {
    assertThat(keys(engine, KeyRange.prefix(Bytes.of("p0:0/")), order)).isEmpty();
    long before = engine.metrics().cacheMisses();
    for (int prefix = 7; prefix < PREFIXES; prefix += 19) {
      assertThat(keys(engine, range(prefix), order)).isEqualTo(expected(prefix));
    }
    return engine.metrics().cacheMisses() - before;
  }

  @Test
  void tables_without_the_prefix_are_passed_over_both_ways() {
    try (var engine = open("")) {
      write(engine);
    }
    try (var engine = open("")) {
      assertThat(blocks(engine, Order.ASCENDING)).isGreaterThan(60);
    }
    simulation.disk("n1").paths().forEach(simulation.env("n1").files()::delete);
    for (var settings : List.of("prefix-bytes=4", "prefix-bytes=5", "prefix-delimiter=47")) {
      simulation.disk("n1").paths().forEach(simulation.env("n1").files()::delete);
      try (var engine = open(settings)) {
        write(engine);
      }
      for (var order : Order.values()) {
        // Whatever is set now: the tables say of what their filters were made.
        try (var engine = open("prefix-bytes=2")) {
          // The index and a block or two of the table that has the prefix.
          assertThat(blocks(engine, order)).as("%s %s", settings, order).isBetween(20L, 45L);
        }
      }
    }
  }

  @Test
  void what_a_table_deletes_counts_though_it_has_no_key_with_the_prefix() {
    try (var engine = open("prefix-delimiter=47")) {
      write(engine);
      var view = engine.view();
      engine.write(
          new WriteBatch()
              .put(key(1, 0), Bytes.of("again"))
              .deleteRange(new KeyRange(key(7, 3), key(7, 8)))
              .mark(TABLES + 1));
      engine.sync();
      for (var order : Order.values()) {
        assertThat(keys(engine, range(7), order))
            .containsExactly(key(7, 0), key(7, 1), key(7, 2), key(7, 8), key(7, 9));
        assertThat(keys(view, range(7), order)).isEqualTo(expected(7));
      }
      view.close();
    }
  }

  @Test
  void a_prefix_is_set_in_one_way() {
    assertThatThrownBy(() -> open("prefix-bytes=4 prefix-delimiter=47"))
        .isInstanceOf(ConcordException.class)
        .hasMessageContaining("prefix-bytes=4")
        .hasMessageContaining("leave one");
  }
}
