package io.concordkv.storage.engine.lsm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import io.concordkv.base.Bytes;
import io.concordkv.base.CorruptionError;
import io.concordkv.base.env.FileException;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.Order;
import io.concordkv.storage.engine.View;
import io.concordkv.storage.engine.WriteBatch;
import io.concordkv.storage.engine.lsm.table.TableFormat;
import io.concordkv.testkit.SimDisk;
import io.concordkv.testkit.SimEnv;
import io.concordkv.testkit.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// Copies of a content in directories, full and as what has changed.
final class CheckpointTest {
  private final Simulation simulation = new Simulation(5);
  private final SimDisk disk = simulation.disk("n1");
  private final SimEnv env = simulation.env("n1");
  private final LsmEngine engine = LsmEngine.open(env, "state", TinyOptions.COMPRESSED);
  private final TreeMap<Bytes, Bytes> content = new TreeMap<>();
  private long mark;

  private void write(int from, int to) {
    for (int i = from; i < to; i++) {
      var key = Bytes.of("key-%04d".formatted(i));
      var value = Bytes.of("value-" + i * 31);
      content.put(key, value);
      engine.write(new WriteBatch().put(key, value).mark(++mark));
    }
  }

  private Checkpoint checkpoint(String name, String base) {
    var done = new ArrayList<Checkpoint>();
    engine.checkpoint("copies/" + name, base, done::add, full -> fail(full));
    assertThat(simulation.runUntil(() -> !done.isEmpty(), Duration.ofMinutes(1))).isTrue();
    return done.getFirst();
  }

  private Map<Bytes, Bytes> opened(String directory) {
    try (var copy = LsmEngine.open(env, directory, TinyOptions.COMPRESSED)) {
      return pairs(copy);
    }
  }

  private static Map<Bytes, Bytes> pairs(View view) {
    var pairs = new TreeMap<Bytes, Bytes>();
    try (var cursor = view.scan(KeyRange.ALL, Order.ASCENDING)) {
      while (cursor.next()) {
        pairs.put(cursor.key(), cursor.value());
      }
    }
    return pairs;
  }

  private List<String> tables(String name) {
    return disk.paths().stream()
        .filter(path -> path.startsWith("copies/" + name + "/") && path.endsWith(".sst"))
        .toList();
  }

  @Test
  void a_full_checkpoint_can_be_opened_and_has_what_there_was_when_it_was_asked_for() {
    write(0, 500);
    var then = new TreeMap<>(content);
    var checkpoint = checkpoint("one", "");
    write(300, 800);
    engine.sync();
    assertThat(checkpoint.mark()).isEqualTo(500);
    assertThat(Checkpoint.verify(env.files(), "copies/one")).isEqualTo(checkpoint);
    Checkpoint.restore(env.files(), "copies/one", "restored");
    assertThat(opened("copies/one")).isEqualTo(then);
    assertThat(opened("restored")).isEqualTo(then);
  }

  @Test
  void an_incremental_one_has_only_what_its_base_has_not() {
    write(0, 2000);
    engine.sync();
    simulation.runFor(Duration.ofSeconds(10));
    checkpoint("one", "");
    write(2000, 2050);
    var then = new TreeMap<>(content);
    var second = checkpoint("two", "one");
    assertThat(second.tables()).hasSizeGreaterThan(tables("two").size());
    assertThat(tables("two")).hasSizeLessThan(tables("one").size());
    Checkpoint.restore(env.files(), "copies/two", "restored");
    assertThat(opened("restored")).isEqualTo(then);
    write(0, 2000);
    engine.sync();
    simulation.runFor(Duration.ofSeconds(10));
    assertThat(Checkpoint.verify(env.files(), "copies/two")).isEqualTo(second);
  }

  @Test
  void a_disk_that_is_too_full_for_it_keeps_nothing_of_it_and_harms_nobody() {
    write(0, 500);
    engine.sync();
    simulation.runFor(Duration.ofSeconds(10));
    int refused = 0;
    for (int room = 0; ; room += 20) {
      var whole = new ArrayList<Checkpoint>();
      var refusals = new ArrayList<FileException>();
      disk.limitSpace(room);
      engine.checkpoint("copies/" + room, "", whole::add, refusals::add);
      simulation.runFor(Duration.ofMinutes(1));
      disk.limitSpace(Long.MAX_VALUE);
      assertThat(whole.size() + refusals.size()).isEqualTo(1);
      if (!whole.isEmpty()) {
        assertThat(opened("copies/" + room)).isEqualTo(content);
        break;
      }
      assertThat(refusals.getFirst().kind()).isEqualTo(FileException.Kind.NO_SPACE);
      assertThat(disk.paths()).noneMatch(path -> path.startsWith("copies/"));
      refused++;
    }
    assertThat(refused).isGreaterThan(3);
    write(500, 600);
    engine.sync();
    assertThat(pairs(engine)).isEqualTo(content);
  }

  /// Without its directory nobody would look for them, and the next checkpoint wants one of its
  /// own.
  @Test
  void no_file_of_one_that_did_not_fit_comes_back_after_a_power_cut() {
    for (int seed = 1; seed <= 30; seed++) {
      var world = new Simulation(seed);
      var store = LsmEngine.open(world.env("n1"), "state", TinyOptions.COMPRESSED);
      for (int i = 1; i <= 300; i++) {
        store.write(new WriteBatch().put(Bytes.of("key-" + i), Bytes.of("value-" + i)).mark(i));
      }
      store.sync();
      world.runFor(Duration.ofSeconds(10));
      var refusals = new ArrayList<FileException>();
      world.disk("n1").limitSpace(20L * (seed % 8));
      store.checkpoint("copies/one", "", whole -> fail("%s fits", whole), refusals::add);
      assertThat(world.runUntil(() -> !refusals.isEmpty(), Duration.ofMinutes(1))).isTrue();
      world.powerCut("n1");
      assertThat(world.disk("n1").paths())
          .as("seed %d", seed)
          .noneMatch(path -> path.startsWith("copies/"));
    }
  }

  @Test
  void a_damaged_table_of_a_checkpoint_is_not_restored() {
    write(0, 500);
    checkpoint("one", "");
    write(500, 520);
    var second = checkpoint("two", "one");
    var borrowed =
        second.tables().stream().filter(table -> !table.here()).findFirst().orElseThrow();
    var path = TableFormat.path("copies/one", borrowed.id());
    disk.corrupt(path, 10, 1);
    assertThatThrownBy(() -> Checkpoint.verify(env.files(), "copies/two"))
        .isInstanceOf(CorruptionError.class)
        .hasMessageContaining(path);
    assertThatThrownBy(() -> Checkpoint.restore(env.files(), "copies/two", "restored"))
        .isInstanceOf(CorruptionError.class);
    assertThat(opened("restored")).isEmpty();
  }

  @Test
  void no_byte_of_a_seal_can_change_unnoticed() {
    write(0, 100);
    checkpoint("one", "");
    var seal = "copies/one/checkpoint";
    for (int offset = 0; offset < disk.content(seal).length; offset++) {
      disk.corrupt(seal, offset, 0x55);
      assertThatThrownBy(() -> Checkpoint.verify(env.files(), "copies/one"))
          .isInstanceOf(CorruptionError.class);
      disk.corrupt(seal, offset, 0x55);
    }
  }

  @Test
  void a_checkpoint_whose_tables_go_with_the_engine_is_left_unfinished() {
    write(0, 500);
    engine.sync();
    simulation.runFor(Duration.ofSeconds(10));
    engine.checkpoint("copies/late", "", _ -> fail("it is whole"), full -> fail(full));
    engine.close();
    // As the next engine there does, if its manifest no longer names them.
    for (var path : disk.paths()) {
      if (path.endsWith(".sst")) {
        env.files().delete(path);
      }
    }
    simulation.runFor(Duration.ofSeconds(10));
    assertThatThrownBy(() -> Checkpoint.verify(env.files(), "copies/late"))
        .isInstanceOf(CorruptionError.class);
  }

  @Test
  void a_checkpoint_that_a_power_cut_interrupts_is_whole_or_none() {
    int whole = 0;
    int none = 0;
    for (int at = 1; at < 400; at += 4) {
      var world = new Simulation(at);
      var living = LsmEngine.open(world.env("n"), "state", TinyOptions.PLAIN);
      var expected = new TreeMap<Bytes, Bytes>();
      for (int i = 1; i <= 60; i++) {
        expected.put(Bytes.of("key-" + i), Bytes.of("value-" + i));
        living.write(new WriteBatch().put(Bytes.of("key-" + i), Bytes.of("value-" + i)).mark(i));
      }
      living.checkpoint("copy", "", _ -> {}, full -> fail(full));
      world.disk("n").powerCutAtOperation(at);
      world.runFor(Duration.ofMinutes(1));
      world.powerCut("n");
      var after = world.env("n");
      try {
        Checkpoint.verify(after.files(), "copy");
      } catch (CorruptionError _) {
        none++;
        continue;
      }
      whole++;
      try (var copy = LsmEngine.open(after, "copy", TinyOptions.PLAIN)) {
        assertThat(pairs(copy)).isEqualTo(expected);
      }
    }
    assertThat(whole).isPositive();
    assertThat(none).isPositive();
  }
}
