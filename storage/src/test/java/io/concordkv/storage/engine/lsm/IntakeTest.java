package io.concordkv.storage.engine.lsm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordkv.base.Bytes;
import io.concordkv.base.ConcordException;
import io.concordkv.base.CorruptionError;
import io.concordkv.base.env.FileException;
import io.concordkv.storage.engine.Engine;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.Order;
import io.concordkv.storage.engine.View;
import io.concordkv.storage.engine.WriteBatch;
import io.concordkv.testkit.Gen;
import io.concordkv.testkit.SimDisk;
import io.concordkv.testkit.SimEnv;
import io.concordkv.testkit.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Prepared tables that an engine takes in.
final class IntakeTest {
  private static final String DIRECTORY = "engine";

  private final Simulation simulation = new Simulation(5);
  private final SimDisk disk = simulation.disk("n1");
  private final SimEnv env = simulation.env("n1");

  private LsmEngine open() {
    env.files().createDirectories("p");
    return LsmEngine.open(env, DIRECTORY, TinyOptions.PLAIN);
  }

  private String prepare(String name, int from, int to, String value) {
    try (var builder = TableBuilder.create(env.files(), name, from * 1000L + to)) {
      for (int i = from; i < to; i++) {
        builder.put(key(i), Bytes.of(value + i));
      }
      builder.finish();
    }
    return name;
  }

  private static Bytes key(int i) {
    return Bytes.of("key-%04d".formatted(i));
  }

  private void take(LsmEngine engine, long mark, String... paths) {
    var intake = engine.intake(env.files(), List.of(paths));
    while (!intake.step()) {
      // The next step follows at once.
    }
    var done = new boolean[1];
    engine.take(intake, mark, () -> done[0] = true);
    simulation.runUntil(() -> done[0], Duration.ofSeconds(10));
    assertThat(done[0]).isTrue();
  }

  private static SortedMap<Bytes, Bytes> content(View view) {
    var found = new TreeMap<Bytes, Bytes>();
    try (var cursor = view.scan(KeyRange.ALL, Order.ASCENDING)) {
      while (cursor.next()) {
        found.put(cursor.key(), cursor.value());
      }
    }
    return found;
  }

  private static int level(LsmEngine engine, int key) {
    for (int level = 0; level < Levels.COUNT; level++) {
      if (!engine.levels().overlapping(level, KeyRange.prefix(key(key))).isEmpty()) {
        return level;
      }
    }
    return -1;
  }

  @Test
  void what_is_taken_in_is_newer_than_what_was_there_and_older_than_what_comes() {
    var engine = open();
    engine.write(
        new WriteBatch().put(key(5), Bytes.of("old")).put(key(50), Bytes.of("kept")).mark(1));
    var before = engine.view();
    take(engine, 2, prepare("p/a", 0, 10, "new-"));
    assertThat(engine.mark()).isEqualTo(2);
    assertThat(engine.durableMark()).isEqualTo(2);
    assertThat(engine.get(key(5))).isEqualTo(Bytes.of("new-5"));
    assertThat(engine.get(key(50))).isEqualTo(Bytes.of("kept"));
    assertThat(before.get(key(5))).isEqualTo(Bytes.of("old"));
    assertThat(before.get(key(6))).isNull();
    before.close();
    engine.write(new WriteBatch().put(key(6), Bytes.of("newest")).mark(3));
    engine.sync();
    simulation.runFor(Duration.ofMinutes(1));
    assertThat(engine.get(key(6))).isEqualTo(Bytes.of("newest"));
    engine.close();
    simulation.powerCut("n1");
    var again = LsmEngine.open(simulation.env("n1"), DIRECTORY, TinyOptions.PLAIN);
    assertThat(again.mark()).isEqualTo(3);
    assertThat(content(again)).hasSize(11);
    assertThat(again.get(key(5))).isEqualTo(Bytes.of("new-5"));
    assertThat(again.get(key(6))).isEqualTo(Bytes.of("newest"));
  }

  @Test
  void it_lies_as_deep_as_nothing_older_lies_below() {
    var engine = open();
    take(engine, 1, prepare("p/a", 0, 10, "a"), prepare("p/b", 20, 30, "b"));
    assertThat(level(engine, 5)).isEqualTo(Levels.BOTTOM);
    take(engine, 2, prepare("p/c", 5, 15, "c"), prepare("p/d", 40, 50, "d"));
    assertThat(level(engine, 5)).isEqualTo(Levels.BOTTOM - 1);
    assertThat(level(engine, 45)).isEqualTo(Levels.BOTTOM);
    engine.write(new WriteBatch().put(key(25), Bytes.of("x")).mark(3));
    engine.sync();
    take(engine, 4, prepare("p/e", 22, 28, "e"));
    assertThat(engine.get(key(25))).isEqualTo(Bytes.of("e25"));
    assertThat(engine.get(key(5))).isEqualTo(Bytes.of("c5"));
    assertThat(engine.get(key(4))).isEqualTo(Bytes.of("a4"));
  }

  @Test
  void deletions_hide_what_lies_below() {
    var engine = open();
    take(engine, 1, prepare("p/a", 0, 10, "a"));
    try (var builder = TableBuilder.create(env.files(), "p/b", 4711)) {
      builder.delete(key(3));
      builder.put(key(4), Bytes.of("b4"));
      builder.finish();
    }
    take(engine, 2, "p/b");
    assertThat(engine.get(key(3))).isNull();
    assertThat(engine.get(key(4))).isEqualTo(Bytes.of("b4"));
    assertThat(content(engine)).hasSize(9);
  }

  @Test
  void what_is_written_while_the_files_are_copied_is_older_too() {
    var engine = open();
    var intake = engine.intake(env.files(), List.of(prepare("p/a", 0, 40, "new-")));
    while (!intake.step()) {
      // The next step follows at once.
    }
    // These get into level 0, in tables with higher numbers than the copies have.
    for (int i = 1; i < 4; i++) {
      engine.write(new WriteBatch().put(key(i), Bytes.of("old")).mark(i));
      engine.sync();
    }
    engine.write(new WriteBatch().put(key(9), Bytes.of("old")).mark(4));
    var done = new boolean[1];
    engine.take(intake, 5, () -> done[0] = true);
    simulation.runUntil(() -> done[0], Duration.ofSeconds(10));
    for (int i = 0; i < 40; i++) {
      assertThat(engine.get(key(i))).isEqualTo(Bytes.of("new-" + i));
    }
    simulation.runFor(Duration.ofMinutes(1));
    assertThat(content(engine)).hasSize(40);
    assertThat(engine.sizes().disk()).as("nothing is left behind").isEqualTo(bytesOnDisk());
  }

  private long bytesOnDisk() {
    return disk.paths().stream()
        .filter(path -> path.startsWith(DIRECTORY) && !path.endsWith("CURRENT"))
        .mapToLong(path -> disk.content(path).length)
        .sum();
  }

  @Test
  void a_batch_without_a_mark_is_older_than_what_is_taken_in_behind_it() {
    var engine = open();
    engine.put(key(1), Bytes.of("old"));
    take(engine, 0, prepare("p/a", 0, 3, "new-"));
    assertThat(engine.get(key(1))).isEqualTo(Bytes.of("new-1"));
    assertThat(engine.mark()).isZero();
  }

  @Test
  void any_mixture_of_writes_and_intakes_reads_as_in_a_map() {
    for (int seed = 0; seed < 30; seed++) {
      mix(seed);
    }
  }

  private void mix(int seed) {
    var gen = new Gen(seed);
    var world = new Simulation(seed);
    var there = world.env("m");
    there.files().createDirectories("p");
    var engine = LsmEngine.open(there, DIRECTORY, TinyOptions.PLAIN);
    var model = new TreeMap<Bytes, Bytes>();
    for (int mark = 1; mark <= 120; mark++) {
      if (gen.oneIn(4)) {
        var files = new ArrayList<String>();
        var contents = new TreeMap<Bytes, @Nullable Bytes>();
        for (int from = gen.below(40); from < 300; from += gen.between(20, 200)) {
          int to = from + gen.between(1, 19);
          var path = "p/" + mark + "-" + from;
          try (var builder = TableBuilder.create(there.files(), path, mark * 1000L + from)) {
            for (int i = from; i < to; i++) {
              if (gen.oneIn(5)) {
                builder.delete(key(i));
                contents.put(key(i), null);
              } else {
                var value = Bytes.of("taken-" + mark + "-" + i);
                builder.put(key(i), value);
                contents.put(key(i), value);
              }
            }
            builder.finish();
          }
          files.add(path);
        }
        var intake = engine.intake(there.files(), files);
        while (!intake.step()) {
          // The next step follows at once.
        }
        int meanwhile = gen.below(3);
        for (int i = 0; i < meanwhile; i++) {
          mark = write(engine, gen, model, mark);
        }
        var done = new boolean[1];
        engine.take(intake, mark, () -> done[0] = true);
        world.runUntil(() -> done[0], Duration.ofSeconds(10));
        assertThat(done[0]).isTrue();
        contents.forEach((key, value) -> {
          if (value == null) {
            model.remove(key);
          } else {
            model.put(key, value);
          }
        });
      } else {
        mark = write(engine, gen, model, mark) - 1;
      }
      if (gen.oneIn(3)) {
        world.runFor(Duration.ofMillis(gen.below(5)));
      }
      if (gen.oneIn(10)) {
        assertThat(content(engine)).as("seed %s", seed).isEqualTo(model);
      }
    }
    world.runFor(Duration.ofMinutes(1));
    assertThat(content(engine)).as("seed %s", seed).isEqualTo(model);
    engine.close();
    world.powerCut("m");
    engine = LsmEngine.open(world.env("m"), DIRECTORY, TinyOptions.PLAIN);
    long durable = engine.mark();
    assertThat(durable).isPositive();
  }

  /// Returns the next mark.
  private static int write(Engine engine, Gen gen, Map<Bytes, Bytes> model, int mark) {
    var batch = new WriteBatch().mark(mark);
    for (int i = gen.between(1, 12); i > 0; i--) {
      var key = key(gen.below(320));
      if (gen.oneIn(4)) {
        batch.delete(key);
        model.remove(key);
      } else {
        var value = Bytes.of("written-" + mark + "-" + i);
        batch.put(key, value);
        model.put(key, value);
      }
    }
    engine.write(batch);
    if (gen.oneIn(3)) {
      engine.flush();
    }
    return mark + 1;
  }

  @Test
  void files_that_overlap_are_refused_and_named() {
    var engine = open();
    var intake =
        engine.intake(env.files(), List.of(prepare("p/b", 9, 20, "b"), prepare("p/a", 0, 10, "a")));
    assertThatThrownBy(intake::step)
        .isInstanceOf(ConcordException.class)
        .hasMessageContaining("the keys of p/a overlap those of p/b: 'key-0009'");
    intake.abandon();
    assertThat(content(engine)).isEmpty();
  }

  @Test
  void what_is_no_prepared_table_is_refused() {
    var engine = open();
    engine.write(new WriteBatch().put(key(1), Bytes.of("x")).mark(1));
    engine.sync();
    var own = disk.paths().stream().filter(path -> path.endsWith(".sst")).toList().getFirst();
    for (var path : List.of(own, DIRECTORY + "/CURRENT")) {
      var intake = engine.intake(env.files(), List.of(path));
      assertThatThrownBy(intake::step)
          .isInstanceOf(CorruptionError.class)
          .hasMessageContaining(path)
          .hasMessageContaining("no prepared table");
      intake.abandon();
    }
    var missing = engine.intake(env.files(), List.of("p/nothing"));
    assertThatThrownBy(missing::step)
        .isInstanceOf(FileException.class)
        .hasMessageContaining("p/nothing");
    assertThatThrownBy(() -> engine.intake(env.files(), List.of()).step())
        .isInstanceOf(ConcordException.class);
  }

  @Test
  void a_turned_bit_anywhere_in_a_file_is_noticed_before_anything_changes() {
    var engine = open();
    prepare("p/a", 0, 30, "a");
    long size = disk.content("p/a").length;
    int passed = 0;
    for (long offset = 0; offset < size; offset++) {
      disk.corrupt("p/a", offset, 0x10);
      var intake = engine.intake(env.files(), List.of("p/a"));
      try {
        while (!intake.step()) {
          // The next step follows at once.
        }
        passed++;
      } catch (CorruptionError noticed) {
        assertThat(noticed).hasMessageContaining("p/a");
      } finally {
        intake.abandon();
        disk.corrupt("p/a", offset, 0x10);
      }
    }
    assertThat(passed).isZero();
    assertThat(content(engine)).isEmpty();
    assertThat(engine.files()).isEmpty();
  }

  @Test
  void pairs_out_of_order_are_refused_when_they_are_added() {
    env.files().createDirectories("p");
    try (var builder = TableBuilder.create(env.files(), "p/a", 1)) {
      builder.put(key(2), Bytes.of("x"));
      assertThatThrownBy(() -> builder.put(key(2), Bytes.of("y")))
          .isInstanceOf(ConcordException.class)
          .hasMessageContaining("'key-0002' cannot follow 'key-0002'");
      assertThatThrownBy(() -> builder.delete(key(1))).isInstanceOf(ConcordException.class);
    }
    assertThat(env.files().exists("p/a")).isFalse();
    try (var empty = TableBuilder.create(env.files(), "p/b", 1)) {
      assertThatThrownBy(empty::finish)
          .isInstanceOf(ConcordException.class)
          .hasMessageContaining("has no pairs");
    }
  }
}
