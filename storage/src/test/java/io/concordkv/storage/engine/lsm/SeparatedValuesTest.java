package io.concordkv.storage.engine.lsm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import io.concordkv.base.Bytes;
import io.concordkv.base.ConcordException;
import io.concordkv.base.CorruptionError;
import io.concordkv.storage.engine.Engine;
import io.concordkv.storage.engine.EngineContract;
import io.concordkv.storage.engine.Findings;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.Order;
import io.concordkv.storage.engine.View;
import io.concordkv.storage.engine.WriteBatch;
import io.concordkv.storage.engine.lsm.table.Compression;
import io.concordkv.storage.engine.lsm.table.DeletedRanges;
import io.concordkv.storage.engine.lsm.table.TableWriter;
import io.concordkv.storage.engine.lsm.table.ValueFormat;
import io.concordkv.storage.engine.lsm.table.ValueReference;
import io.concordkv.storage.engine.lsm.table.ValueUse;
import io.concordkv.testkit.SimDisk;
import io.concordkv.testkit.SimEnv;
import io.concordkv.testkit.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// The engine with values in files of their own.
final class SeparatedValuesTest extends EngineContract {
  /// With one level that holds all, so that what is merged is known.
  private static final String QUIET =
      "separate-values-from=100 value-compression=none level0-tables=2 memtable-bytes=1048576"
          + " block-cache-bytes=0";

  private final Simulation simulation = new Simulation(1);
  private final SimDisk disk = simulation.disk("n1");
  private SimEnv env = simulation.env("n1");

  @Override
  protected Engine open(String directory) {
    return LsmEngine.open(env, directory, TinyOptions.SEPARATED);
  }

  @Override
  protected void settle() {
    simulation.runFor(Duration.ofMinutes(1));
  }

  private LsmEngine quiet(String more) {
    return LsmEngine.open(env, "quiet", TinyOptions.of(QUIET + more));
  }

  private static Bytes large(int number) {
    return Bytes.of("%05d".formatted(number).repeat(40));
  }

  private void write(Engine to, int from, int end, int version) {
    for (int i = from; i < end; i++) {
      to.write(new WriteBatch().put(key("key-%04d".formatted(i)), large(version * 1000 + i)));
    }
  }

  private void flush(Engine some) {
    some.flush();
    settle();
  }

  private List<String> values() {
    return disk.paths().stream()
        .filter(path -> path.startsWith("quiet/") && path.endsWith(".values"))
        .toList();
  }

  private long bytesOnDisk() {
    return disk.paths().stream()
        .filter(path -> path.startsWith("quiet/") && !path.endsWith("CURRENT"))
        .mapToLong(path -> disk.content(path).length)
        .sum();
  }

  /// Turns over a byte of each value there is.
  private void spoilAllValues() {
    for (var path : values()) {
      int end = disk.content(path).length - 60;
      for (int at = 0; at < end; at += 100) {
        disk.corrupt(path, at, 0x55);
      }
    }
  }

  private static Map<Bytes, Bytes> content(View view) {
    var pairs = new TreeMap<Bytes, Bytes>();
    try (var cursor = view.scan(KeyRange.ALL, Order.ASCENDING)) {
      while (cursor.next()) {
        pairs.put(cursor.key(), cursor.value());
      }
    }
    return pairs;
  }

  @Test
  void large_values_go_to_files_of_their_own_and_small_ones_do_not() {
    try (var quiet = quiet("")) {
      quiet.put(key("large"), large(1));
      quiet.put(key("small"), Bytes.of("x".repeat(99)));
      quiet.put(key("just"), Bytes.of("y".repeat(100)));
      flush(quiet);
      assertThat(quiet.levels().values()).singleElement().returns(305L + 5, ValueUse::bytes);
      assertThat(quiet.get(key("large"))).isEqualTo(large(1));
      assertThat(quiet.get(key("small"))).isEqualTo(Bytes.of("x".repeat(99)));
      assertThat(quiet.get(key("just"))).isEqualTo(Bytes.of("y".repeat(100)));
      assertThat(quiet.sizes().disk()).isEqualTo(bytesOnDisk());
    }
  }

  @Test
  void a_compaction_and_a_walk_over_keys_read_no_values() {
    try (var quiet = quiet("")) {
      write(quiet, 0, 50, 0);
      flush(quiet);
      write(quiet, 40, 90, 1);
      quiet.sync();
      spoilAllValues();
      settle();
      assertThat(quiet.damage()).isNull();
      assertThat(quiet.levels().level(0)).isEmpty();
      assertThat(values()).hasSize(2);
      try (var cursor = quiet.scan(KeyRange.ALL, Order.DESCENDING)) {
        for (int i = 89; i >= 0; i--) {
          assertThat(cursor.next()).isTrue();
          assertThat(cursor.key()).isEqualTo(key("key-%04d".formatted(i)));
        }
        assertThat(cursor.next()).isFalse();
      }
      assertThatThrownBy(() -> quiet.get(key("key-0045")))
          .isInstanceOf(CorruptionError.class)
          .hasMessageContaining(".values");
    }
  }

  @Test
  void what_is_overwritten_is_given_back() {
    try (var quiet = quiet(" value-file-bytes=2000")) {
      for (int round = 0; round < 20; round++) {
        write(quiet, 0, 100, round);
        flush(quiet);
      }
      write(quiet, 100, 101, 0);
      flush(quiet);
      assertThat(quiet.levels().level(0)).hasSizeLessThan(2);
      long live = 101 * 205;
      assertThat(quiet.levels().values().stream().mapToLong(ValueUse::bytes).sum())
          .isLessThanOrEqualTo(2 * live);
      assertThat(bytesOnDisk()).isEqualTo(quiet.sizes().disk()).isLessThan(3 * live);
      assertThat(quiet.get(key("key-0007"))).isEqualTo(large(19_007));
    }
  }

  @Test
  void a_file_of_which_little_is_used_is_written_anew_by_the_compactions_that_meet_it() {
    try (var quiet = quiet("")) {
      write(quiet, 0, 100, 0);
      flush(quiet);
      var first = values();
      // Ninety of a hundred are superseded, and the next compactions find that out.
      for (int round = 1; round <= 4; round++) {
        write(quiet, 0, 90, round);
        flush(quiet);
      }
      assertThat(values()).doesNotContainAnyElementsOf(first);
      assertThat(quiet.metrics().work().rewrittenBytes()).isGreaterThan(10 * 205);
      for (int i = 90; i < 100; i++) {
        assertThat(quiet.get(key("key-%04d".formatted(i)))).isEqualTo(large(i));
      }
    }
  }

  @Test
  void a_file_stays_as_it_is_when_no_percentage_is_too_little() {
    try (var quiet = quiet(" value-live-percent=0")) {
      write(quiet, 0, 100, 0);
      flush(quiet);
      var first = values().getFirst();
      for (int round = 1; round <= 4; round++) {
        write(quiet, 0, 99, round);
        flush(quiet);
      }
      assertThat(values()).contains(first);
      quiet.delete(key("key-0099"));
      flush(quiet);
      write(quiet, 0, 1, 9);
      flush(quiet);
      assertThat(values()).doesNotContain(first);
    }
  }

  @Test
  void reclaiming_leaves_nothing_that_is_superseded_or_deleted() {
    for (var how : List.of("", " compaction=tiered", " value-live-percent=0")) {
      try (var quiet =
          LsmEngine.open(
              env,
              "quiet",
              TinyOptions.of(QUIET + how + " table-bytes=512 level1-bytes=2048 level-factor=2"))) {
        for (int round = 0; round < 7; round++) {
          write(quiet, 10 * round, 100 + 10 * round, round);
          flush(quiet);
        }
        quiet.deleteRange(new KeyRange(key("key-0020"), key("key-0030")));
        quiet.delete(key("key-0040"));
        var then = content(quiet);
        quiet.reclaim();
        settle();
        assertThat(content(quiet)).isEqualTo(then).hasSize(149);
        assertThat(quiet.levels().all().stream().mapToLong(table -> table.info().entries()).sum())
            .as("entries " + how)
            .isEqualTo(149);
        assertThat(quiet.levels().all()).allMatch(table -> table.ranges().isEmpty());
        var metrics = quiet.metrics();
        assertThat(metrics.usedValueBytes()).isEqualTo(149 * 205);
        assertThat(metrics.valueBytes()).isLessThan(149 * 205 * 11 / 10 + 100 * 64);
        assertThat(values().stream().mapToLong(path -> disk.content(path).length).sum())
            .isEqualTo(metrics.valueBytes());
        quiet.deleteRange(KeyRange.ALL);
        quiet.reclaim();
        settle();
        assertThat(values()).isEmpty();
        assertThat(quiet.files()).isEmpty();
      }
      settle();
      env = simulation.env("n1");
    }
  }

  @Test
  void a_view_keeps_the_files_of_values_that_are_deleted_meanwhile() {
    try (var quiet = quiet("")) {
      write(quiet, 0, 50, 0);
      flush(quiet);
      var view = quiet.view();
      var then = content(view);
      quiet.deleteRange(KeyRange.ALL);
      flush(quiet);
      write(quiet, 0, 1, 1);
      flush(quiet);
      assertThat(values()).hasSize(2);
      assertThat(content(view)).isEqualTo(then).hasSize(50);
      view.close();
      settle();
      assertThat(values()).hasSize(1);
      assertThat(bytesOnDisk()).isEqualTo(quiet.sizes().disk());
    }
  }

  @Test
  void what_a_crash_left_behind_is_removed() {
    var quiet = quiet("");
    write(quiet, 0, 5, 0);
    flush(quiet);
    var replacement = quiet.replacement();
    replacement.add(key("a"), large(1));
    replacement.seal();
    assertThat(values()).hasSize(2);
    quiet.close();
    env = simulation.env("n1");
    try (var again = quiet("")) {
      assertThat(values()).hasSize(1);
      assertThat(content(again)).hasSize(5);
    }
  }

  @Test
  void a_replacement_and_prepared_tables_have_their_large_values_in_files() {
    try (var quiet = quiet("")) {
      write(quiet, 0, 10, 0);
      flush(quiet);
      var replacement = quiet.replacement();
      for (int i = 0; i < 20; i++) {
        replacement.add(key("new-%02d".formatted(i)), large(i));
      }
      replacement.seal();
      quiet.replaceWith(replacement, 5, () -> {});
      settle();
      assertThat(values()).hasSize(1);
      env.files().createDirectories("prepared");
      try (var builder = TableBuilder.create(env.files(), "prepared/one", 77)) {
        builder.put(key("taken"), large(7));
        builder.finish();
      }
      var intake = quiet.intake(env.files(), List.of("prepared/one"));
      while (!intake.step()) {
        // The next step follows at once.
      }
      quiet.take(intake, 6, () -> {});
      settle();
      assertThat(values()).hasSize(2);
      assertThat(quiet.get(key("taken"))).isEqualTo(large(7));
      assertThat(content(quiet)).hasSize(21);
    }
  }

  @Test
  void a_prepared_table_that_refers_to_value_files_is_refused() {
    try (var quiet = quiet("")) {
      env.files().createDirectories("prepared");
      var settings = new TableWriter.Settings(4096, 4096, 0, Compression.NONE);
      var writer = TableWriter.prepared(env.files(), "prepared/one", Long.MIN_VALUE | 5, settings);
      writer.refer(key("a"), new ValueReference(7, 0, 10));
      var sizes = new TreeMap<Long, Long>();
      sizes.put(7L, 100L);
      assertThat(writer.finish(0, DeletedRanges.NONE, sizes).values()).hasSize(1);
      var intake = quiet.intake(env.files(), List.of("prepared/one"));
      assertThatThrownBy(intake::step)
          .isInstanceOf(ConcordException.class)
          .hasMessageContaining("prepared/one refers to value files");
      intake.abandon();
    }
  }

  @Test
  void the_setting_may_change_between_two_openings() {
    var quiet = quiet(" value-live-percent=90");
    write(quiet, 0, 50, 0);
    flush(quiet);
    var then = content(quiet);
    quiet.close();
    settle();
    env = simulation.env("n1");
    var without = LsmEngine.open(env, "quiet", TinyOptions.of("level0-tables=2"));
    assertThat(content(without)).isEqualTo(then);
    write(without, 20, 21, 0);
    flush(without);
    write(without, 0, 1, 0);
    flush(without);
    assertThat(content(without)).isEqualTo(then);
    without.close();
    settle();
    env = simulation.env("n1");
    try (var again = quiet("")) {
      write(again, 5, 6, 0);
      flush(again);
      assertThat(again.levels().level(0)).isEmpty();
      assertThat(again.levels().values().stream().mapToLong(ValueUse::bytes).sum())
          .as("what was written without files of its own is in some now")
          .isEqualTo(50 * 205);
      assertThat(content(again)).isEqualTo(then);
    }
  }

  @Test
  void a_value_file_that_is_missing_is_noticed_at_the_opening() {
    var quiet = quiet("");
    write(quiet, 0, 5, 0);
    flush(quiet);
    quiet.close();
    env.files().delete(values().getFirst());
    assertThatThrownBy(() -> quiet(""))
        .isInstanceOf(CorruptionError.class)
        .hasMessageContaining(".values")
        .hasMessageContaining("missing");
  }

  @Test
  void no_byte_of_a_value_file_can_change_unnoticed() {
    var written = quiet(" value-compression=lz4");
    write(written, 0, 3, 0);
    flush(written);
    var then = content(written);
    written.close();
    var path = values().getFirst();
    int refused = 0;
    for (int offset = 0; offset < disk.content(path).length; offset++) {
      disk.corrupt(path, offset, 0x55);
      try (var damaged = quiet("")) {
        for (var pair : then.entrySet()) {
          try {
            assertThat(damaged.get(pair.getKey())).isEqualTo(pair.getValue());
          } catch (CorruptionError noticed) {
            assertThat(noticed).hasMessageContaining(path);
            refused++;
          }
        }
        assertThat(scrubbed(damaged))
            .as("at %d", offset)
            .hasSize(1)
            .allMatch(m -> m.contains(path));
      }
      var findings = new Findings(_ -> {});
      LsmFiles.check(env.files(), "quiet", findings);
      assertThat(findings.damages()).isNotEmpty().allMatch(m -> m.contains(path));
      disk.corrupt(path, offset, 0x55);
      simulation.runFor(Duration.ofSeconds(1));
    }
    assertThat(refused).isGreaterThan(disk.content(path).length / 2);
  }

  private static List<String> scrubbed(LsmEngine engine) {
    var damages = new ArrayList<String>();
    for (long file : engine.files()) {
      try (var scrub = Objects.requireNonNull(engine.scrub(file))) {
        while (scrub.step(1 << 20) > 0) {
          // All of it is read.
        }
      } catch (CorruptionError damage) {
        damages.add(String.valueOf(damage.getMessage()));
      }
    }
    return damages;
  }

  @Test
  void a_rescue_loses_the_keys_whose_values_are_damaged_and_no_others() {
    var quiet = quiet("");
    write(quiet, 0, 10, 0);
    flush(quiet);
    var then = content(quiet);
    quiet.close();
    disk.corrupt(values().getFirst(), 3 * 205 + 7, 0x55);
    var findings = new Findings(_ -> {});
    var saved = new TreeMap<Bytes, Bytes>();
    new LsmFiles(env.files(), "quiet", findings).rescue(saved::put);
    then.remove(key("key-0003"));
    assertThat(saved).isEqualTo(then);
    assertThat(findings.losses())
        .singleElement()
        .satisfies(loss -> assertThat(loss.keys().contains(key("key-0003"))).isTrue());
    env.files().delete(values().getFirst());
    var none = new Findings(_ -> {});
    new LsmFiles(env.files(), "quiet", none).rescue((key, _) -> saved.remove(key));
    assertThat(none.lossCount()).isEqualTo(10);
    assertThat(saved).hasSize(9);
  }

  @Test
  void a_table_of_another_value_file_is_refused() {
    var quiet = quiet("");
    write(quiet, 0, 5, 0);
    flush(quiet);
    write(quiet, 10, 15, 0);
    quiet.sync();
    var paths = values();
    var first = disk.content(paths.getFirst());
    quiet.close();
    env.files().delete(paths.getLast());
    env.files().link(paths.getFirst(), paths.getLast());
    assertThat(first).isEqualTo(disk.content(paths.getLast()));
    try (var mixed = quiet("")) {
      assertThatThrownBy(() -> mixed.get(key("key-0012"))).isInstanceOf(CorruptionError.class);
      assertThat(mixed.get(key("key-0002"))).isEqualTo(large(2));
    }
  }

  @Test
  void a_checkpoint_has_the_value_files_and_one_that_is_based_on_it_only_the_new_ones() {
    try (var quiet = quiet("")) {
      write(quiet, 0, 50, 0);
      checkpoint(quiet, "copies/one", "");
      write(quiet, 60, 70, 0);
      var then = new TreeMap<>(content(quiet));
      var second = checkpoint(quiet, "copies/two", "one");
      assertThat(second.values()).hasSize(2);
      assertThat(second.values().stream().filter(Checkpoint.Stored::here)).hasSize(1);
      quiet.deleteRange(KeyRange.ALL);
      flush(quiet);
      write(quiet, 0, 1, 1);
      flush(quiet);
      assertThat(Checkpoint.verify(env.files(), "copies/two")).isEqualTo(second);
      Checkpoint.restore(env.files(), "copies/two", "restored");
      try (var restored = LsmEngine.open(env, "restored", TinyOptions.of(QUIET))) {
        assertThat(content(restored)).isEqualTo(then).hasSize(60);
      }
      var borrowed =
          second.values().stream().filter(value -> !value.here()).findFirst().orElseThrow();
      var path = ValueFormat.path("copies/one", borrowed.id());
      disk.corrupt(path, 10, 1);
      assertThatThrownBy(() -> Checkpoint.verify(env.files(), "copies/two"))
          .isInstanceOf(CorruptionError.class)
          .hasMessageContaining(path);
    }
  }

  private Checkpoint checkpoint(LsmEngine engine, String target, String base) {
    var done = new ArrayList<Checkpoint>();
    engine.checkpoint(target, base, done::add, full -> fail(full));
    settle();
    return done.getFirst();
  }
}
