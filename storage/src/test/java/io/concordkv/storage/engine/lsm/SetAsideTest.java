package io.concordkv.storage.engine.lsm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordkv.base.Bytes;
import io.concordkv.base.CorruptionError;
import io.concordkv.storage.engine.Findings;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.Order;
import io.concordkv.storage.engine.WriteBatch;
import io.concordkv.storage.engine.lsm.table.Table;
import io.concordkv.storage.engine.lsm.table.TableFormat;
import io.concordkv.testkit.Gen;
import io.concordkv.testkit.SimDisk;
import io.concordkv.testkit.Simulation;
import java.time.Duration;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// One damaged table among others.
final class SetAsideTest {
  private static final String DIRECTORY = "engine";

  private static final LsmOptions OPTIONS =
      TinyOptions.of(
          "memtable-bytes=2048 max-memtables=2 block-bytes=64 level0-tables=2 level1-bytes=2048"
              + " level-factor=2 table-bytes=1024 block-cache-bytes=0 compression=none");

  private final Simulation simulation = new Simulation(1);
  private final SimDisk disk = simulation.disk("n1");
  private final Gen gen = new Gen(7);

  /// What there is, and what there was of the keys that begin with "a" before the table was
  /// damaged.
  private final TreeMap<Bytes, Bytes> content = new TreeMap<>();

  private LsmEngine engine = open();
  private long mark;
  private String damaged = "";
  private KeyRange range = KeyRange.ALL;

  private LsmEngine open() {
    return LsmEngine.open(simulation.env("n1"), DIRECTORY, OPTIONS);
  }

  private void write(String prefix, int times) {
    for (int i = 0; i < times; i++) {
      var key = Bytes.of(prefix + "-%04d".formatted(gen.below(400)));
      var value = Bytes.of("%d".formatted(i).repeat(8));
      engine.write(new WriteBatch().put(key, value).mark(++mark));
      content.put(key, value);
      if (i % 20 == 0) {
        simulation.runFor(Duration.ofSeconds(1));
      }
    }
    engine.sync();
    simulation.runFor(Duration.ofMinutes(1));
  }

  @BeforeEach
  void damage_a_table_of_the_deepest_level() {
    write("a", 1500);
    write("b", 1500);
    var table = deepest();
    range = table.span();
    damaged = TableFormat.path(DIRECTORY, table.info().id());
    engine.close();
    disk.flipBit(damaged, 30, 3);
    engine = open();
  }

  /// The first table of the deepest level, which has keys that begin with "a".
  private Table deepest() {
    int level = Levels.BOTTOM;
    while (engine.levels().level(level).isEmpty()) {
      level--;
    }
    assertThat(level).isGreaterThan(1);
    return engine.levels().level(level).getFirst();
  }

  private Bytes someKey() {
    return Objects.requireNonNull(content.ceilingKey(range.from()));
  }

  @Test
  void what_a_reader_meets_sets_the_table_aside() {
    assertThat(engine.damage()).isNull();
    assertThat(engine.metrics().damagedTables()).isZero();
    assertThatThrownBy(() -> engine.get(someKey()))
        .isInstanceOf(CorruptionError.class)
        .hasMessageContaining(damaged);
    assertThat(engine.metrics().damagedTables()).isEqualTo(1);
    assertThat(engine.damage())
        .isNotNull()
        .hasMessageContaining(damaged)
        .hasMessageContaining("set aside in level")
        .hasMessageContaining(range.from().toString());
  }

  @Test
  void the_rest_is_read_written_and_compacted() {
    assertThatThrownBy(() -> engine.get(someKey())).isInstanceOf(CorruptionError.class);
    write("b", 3000);
    assertThat(engine.levels().level(0).size()).isLessThan(2 * OPTIONS.compaction().level0Tables());
    assertThat(disk.paths()).contains(damaged);
    content.forEach((key, value) -> {
      if (!range.contains(key)) {
        assertThat(engine.get(key)).as("%s", key).isEqualTo(value);
      }
    });
    try (var cursor = engine.scan(KeyRange.prefix(Bytes.of("b")), Order.DESCENDING)) {
      int found = 0;
      while (cursor.next()) {
        assertThat(cursor.value()).isEqualTo(content.get(cursor.key()));
        found++;
      }
      assertThat(found).isEqualTo(content.tailMap(Bytes.of("b")).size());
    }
  }

  @Test
  void its_keys_have_their_newest_value_or_none_is_served() {
    var old = new TreeMap<>(content);
    write("a", 40);
    int refused = 0;
    for (var key : content.keySet()) {
      try {
        assertThat(engine.get(key)).as("%s", key).isEqualTo(content.get(key));
      } catch (CorruptionError _) {
        // Nothing newer than the damaged table has it.
        assertThat(content.get(key)).as("%s", key).isEqualTo(old.get(key));
        assertThat(range.contains(key)).isTrue();
        refused++;
      }
    }
    assertThat(refused).isPositive();
    assertThat(disk.paths()).contains(damaged);
  }

  @Test
  void a_check_names_its_level_and_its_keys() {
    engine.close();
    var findings = new Findings(_ -> {});
    LsmFiles.check(simulation.env("n1").files(), DIRECTORY, findings);
    assertThat(findings.damages()).anyMatch(each -> each.contains(damaged));
    assertThat(findings.notes())
        .anyMatch(each -> each.contains("is in level") && each.contains("a-"));
  }

  @Test
  void another_content_takes_its_place() {
    assertThatThrownBy(() -> engine.get(someKey())).isInstanceOf(CorruptionError.class);
    var replacement = engine.replacement();
    replacement.add(Bytes.of("a"), Bytes.of("new"));
    replacement.seal();
    engine.replaceWith(replacement, ++mark, () -> {});
    simulation.runFor(Duration.ofMinutes(1));
    assertThat(engine.damage()).isNull();
    assertThat(engine.get(Bytes.of("a"))).isEqualTo(Bytes.of("new"));
    assertThat(disk.paths()).doesNotContain(damaged);
  }
}
