package io.concordkv.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordkv.base.Bytes;
import io.concordkv.base.ConcordException;
import io.concordkv.base.CorruptionError;
import io.concordkv.base.env.FileException;
import io.concordkv.base.env.FileSystem;
import io.concordkv.storage.engine.Findings;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.WriteBatch;
import io.concordkv.testkit.Gen;
import io.concordkv.testkit.Simulation;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Damaged stores, checked and made anew.
final class SalvageTest {
  private static final Options SMALL =
      Options.DEFAULT.withLog(64 << 10, 16 << 10).withBatchBytes(8 << 10);

  @TempDir private Path directory;

  private static Options options(String engine) {
    var options = SMALL.withEngine(engine);
    return switch (engine) {
      case "lsm" ->
          options
              .withSetting("memtable-bytes", "8 KiB")
              .withSetting("table-bytes", "4 KiB")
              .withSetting("level1-bytes", "8 KiB")
              .withSetting("block-bytes", "256");
      case "bplustree" ->
          options.withSetting("unit-bytes", "256").withSetting("delta-bytes", "4 KiB");
      default -> options;
    };
  }

  /// A store with some hundred commits, which nobody has open.
  private static StoreWorld filled(String engine, int seed, int commits) {
    var world = new StoreWorld(seed, options(engine));
    assertThat(world.open(_ -> {})).isTrue();
    var gen = new Gen(seed);
    for (int i = 0; i < commits; i++) {
      var batch = new WriteBatch();
      for (int j = gen.between(1, 4); j > 0; j--) {
        var key = Bytes.of("key-%03d".formatted(gen.below(150)));
        if (gen.oneIn(20)) {
          var end = Bytes.of("key-%03d".formatted(gen.below(150)));
          batch.deleteRange(new KeyRange(key, end));
        } else if (gen.oneIn(4)) {
          batch.delete(key);
        } else {
          batch.put(key, Bytes.of(("value-" + i + "-").repeat(gen.between(1, 20))));
        }
      }
      world.submit(batch);
      if (gen.oneIn(4)) {
        world.runFor(Duration.ofMillis(2));
      }
    }
    world.runFor(Duration.ofSeconds(1));
    assertThat(world.acknowledged).isEqualTo(commits);
    world.simulation.kill("n");
    return world;
  }

  private record Result(Salvage salvage, StoreWorld world) {
    SortedMap<Bytes, Bytes> content() {
      return world.content();
    }
  }

  /// Makes a new store, and opens it.
  private static Result salvage(StoreWorld damaged, String engine, boolean pastDamage) {
    var target = new Simulation(77);
    var env = target.env("n");
    var done = new Salvage[1];
    Salvage.begin(
        damaged.simulation.env("n").files(),
        env,
        new Salvage.Order(engine, options(engine).settings(), pastDamage),
        new Findings(_ -> {}),
        result -> done[0] = result);
    target.runUntil(() -> done[0] != null, Duration.ofSeconds(30));
    assertThat(done[0]).isNotNull();
    target.powerCut("n");
    var world = new StoreWorld(target, options(engine));
    assertThat(world.open(_ -> {})).isTrue();
    assertThat(world.published).isEqualTo(done[0].mark());
    return new Result(done[0], world);
  }

  private static Verification verify(StoreWorld world, @Nullable String engine) {
    return Verification.of(world.simulation.env("n").files(), engine, new Findings(_ -> {}));
  }

  @ParameterizedTest
  @ValueSource(strings = {"lsm", "bplustree", "hash", "jsonfile"})
  void a_store_without_damage_is_copied_exactly(String engine) {
    for (int seed = 0; seed < 5; seed++) {
      var world = filled(engine, seed, 150 + 40 * seed);
      var before = bytes(world);
      var verified = verify(world, null);
      assertThat(verified.findings().damages()).isEmpty();
      assertThat(verified.mark() + verified.commits()).isEqualTo(world.acknowledged);
      var result = salvage(world, engine, false);
      assertThat(result.salvage.findings().damages()).isEmpty();
      assertThat(result.salvage.findings().losses()).isEmpty();
      assertThat(result.salvage.mark()).isEqualTo(world.acknowledged);
      assertThat(result.content()).isEqualTo(world.contents.getLast());
      assertThat(bytes(world)).as("nothing was changed").isEqualTo(before);
      result.world.submit(new WriteBatch().put(Bytes.of("and"), Bytes.of("on")));
      result.world.runFor(Duration.ofSeconds(1));
      assertThat(result.world.content()).containsKey(Bytes.of("and"));
    }
  }

  private static Map<String, Bytes> bytes(StoreWorld world) {
    var found = new TreeMap<String, Bytes>();
    for (var path : world.disk().paths()) {
      found.put(path, Bytes.copyOf(world.disk().content(path)));
    }
    return found;
  }

  @ParameterizedTest
  @ValueSource(strings = {"lsm", "bplustree", "hash", "jsonfile"})
  void of_a_store_damaged_in_any_way_comes_only_what_was_written(String engine) {
    int harmed = 0;
    for (int seed = 0; seed < 60; seed++) {
      var world = filled(engine, seed % 6, 200);
      var gen = new Gen(seed);
      var told = new StringBuilder();
      for (int i = gen.between(1, 3); i > 0; i--) {
        told.append(harm(world, gen)).append("; ");
      }
      try {
        var result = salvage(world, engine, gen.oneIn(2));
        harmed += result.salvage.findings().damageCount() > 0 ? 1 : 0;
        check(world, result, told.toString());
      } catch (Throwable failure) {
        throw new AssertionError("seed " + seed + ": " + told, failure);
      }
    }
    assertThat(harmed).isGreaterThan(30);
  }

  private static String harm(StoreWorld world, Gen gen) {
    var paths = world.disk().paths().stream().filter(path -> !path.equals("LOCK")).toList();
    var path = paths.get(gen.below(paths.size()));
    long size = world.disk().content(path).length;
    var files = world.simulation.env("n").files();
    return switch (gen.below(size == 0 ? 1 : 4)) {
      case 0 -> {
        files.delete(path);
        yield "removed " + path;
      }
      case 1 -> {
        try (var file = files.open(path, FileSystem.Mode.WRITE)) {
          file.truncate(gen.below((int) size));
        }
        yield "cut " + path;
      }
      default -> {
        long offset = gen.below((int) size);
        world.disk().corrupt(path, offset, 1 << gen.below(8));
        yield "turned " + path + " at " + offset;
      }
    };
  }

  private static void check(StoreWorld world, Result result, String harm) {
    Map<Bytes, Set<Bytes>> written = new HashMap<>();
    for (var content : world.contents) {
      content.forEach(
          (key, value) -> written.computeIfAbsent(key, _ -> new HashSet<>()).add(value));
    }
    var found = result.content();
    found.forEach((key, value) -> assertThat(written.get(key)).as("%s", key).contains(value));
    var findings = result.salvage.findings();
    if (findings.damageCount() == 0 && lacksTheEndOfItsLog(harm)) {
      // Nothing is left that could tell of it: what there is must be a moment of the store.
      assertThat(found).isEqualTo(world.contents.get((int) result.salvage.mark()));
      return;
    }
    boolean uncertain = findings.notes().stream().anyMatch(note -> !note.contains("is gone too"));
    if (uncertain || result.salvage.mark() < world.acknowledged) {
      assertThat(findings.damageCount()).as("what is missing was told").isPositive();
      return;
    }
    if (findings.damages().stream().anyMatch(damage -> damage.contains("are lost"))) {
      return; // commits in between, as was said
    }
    if (!findings.notes().isEmpty() && harm.contains("removed") && harm.contains(".sst")) {
      return; // a table of which nothing is known, as was said
    }
    var expected = new TreeMap<>(world.contents.getLast());
    for (var loss : findings.losses()) {
      expected.keySet().removeIf(loss.keys()::contains);
      found.keySet().removeIf(loss.keys()::contains);
    }
    assertThat(found).as("what is not said to be lost is exact").isEqualTo(expected);
  }

  /// Whether a segment is gone, and with it the marker that says how far the log went.
  private static boolean lacksTheEndOfItsLog(String harm) {
    return harm.contains("removed log/acked") && harm.matches(".*removed log/\\d+\\.seg.*");
  }

  @ParameterizedTest
  @ValueSource(strings = {"lsm", "bplustree", "hash", "jsonfile"})
  void a_turned_bit_is_found_or_harmless(String engine) {
    var world = filled(engine, 3, 120);
    int found = 0;
    int tried = 0;
    for (var path : world.disk().paths()) {
      long size = world.disk().content(path).length;
      for (long offset = 0; offset < size; offset += 1 + size / 60) {
        world.disk().corrupt(path, offset, 0x04);
        boolean noticed = isNoticed(world, engine);
        world.disk().corrupt(path, offset, 0x04);
        tried++;
        found += noticed ? 1 : 0;
        if (!noticed && tried % 8 == 0) {
          world.disk().corrupt(path, offset, 0x04);
          assertThat(salvage(world, engine, false).content())
              .as("%s at %s", path, offset)
              .isEqualTo(world.contents.getLast());
          world.disk().corrupt(path, offset, 0x04);
        }
      }
    }
    assertThat(found).isGreaterThan(tried / 10);
  }

  private static boolean isNoticed(StoreWorld world, String engine) {
    return !verify(world, engine).isWhole();
  }

  @Test
  void a_lost_manifest_is_made_of_the_tables_that_are_there() {
    var world = filled("lsm", 1, 40);
    var files = world.simulation.env("n").files();
    for (var path : world.disk().paths()) {
      if (path.contains("manifest-") || path.contains("CURRENT")) {
        files.delete(path);
      }
    }
    assertThatThrownBy(() -> world.open(_ -> {})).isInstanceOf(CorruptionError.class);
    world.simulation.kill("n");
    var result = salvage(world, "lsm", false);
    assertThat(result.salvage.findings().damages()).anyMatch(each -> each.contains("CURRENT"));
    assertThat(result.salvage.mark()).isEqualTo(world.acknowledged);
    assertThat(result.content()).isEqualTo(world.contents.getLast());
  }

  @Test
  void the_log_is_read_past_damage_only_when_it_is_asked_for() {
    var world = new StoreWorld(1, SMALL.withLog(1 << 20, 16 << 10).withEngine("hash"));
    world.open(_ -> {});
    for (int i = 0; i < 400; i++) {
      world.submit(new WriteBatch().put(Bytes.of("key-" + i % 50), random(i)));
      if (i % 10 == 0) {
        world.runFor(Duration.ofMillis(5));
      }
    }
    world.runFor(Duration.ofSeconds(1));
    world.simulation.kill("n");
    var segments = world.disk().paths().stream().filter(path -> path.endsWith(".seg")).toList();
    assertThat(segments).hasSizeGreaterThan(4);
    world.simulation.env("n").files().delete(segments.get(2));

    var careful = salvage(world, "hash", false);
    assertThat(careful.salvage.skipped()).isPositive();
    assertThat(careful.content()).isEqualTo(world.contents.get((int) careful.salvage.mark()));
    assertThat(careful.salvage.findings().damages())
        .anyMatch(damage -> damage.contains("commits from") && damage.contains("are lost"));
    var bold = salvage(world, "hash", true);
    assertThat(bold.salvage.skipped()).isZero();
    assertThat(bold.salvage.mark()).isEqualTo(world.acknowledged);
  }

  private static Bytes random(int seed) {
    var bytes = new byte[200];
    new SplittableRandom(seed).nextBytes(bytes);
    return Bytes.wrap(bytes);
  }

  @Test
  void what_is_open_is_left_alone_and_what_is_not_empty_is_no_target() {
    var store = directory.resolve("store");
    var order = new Salvage.Order(null, new TreeMap<>(), false);
    try (var db = ConcordDb.open(store, Options.DEFAULT)) {
      db.put(Bytes.of("a"), Bytes.of("b"));
      assertThatThrownBy(() -> Verification.of(store, null, _ -> {}))
          .isInstanceOf(FileException.class)
          .hasMessageContaining("locked");
      assertThatThrownBy(() -> Salvage.run(store, directory.resolve("new"), order, _ -> {}))
          .isInstanceOf(FileException.class);
    }
    assertThat(Verification.of(store, null, _ -> {}).isWhole()).isTrue();
    assertThatThrownBy(() -> Salvage.run(store, store, order, _ -> {}))
        .isInstanceOf(FileException.class);
    var result = Salvage.run(store, directory.resolve("new"), order, _ -> {});
    assertThat(result.findings().damageCount()).isZero();
    try (var db = ConcordDb.open(directory.resolve("new"), Options.DEFAULT)) {
      assertThat(db.get(Bytes.of("a"))).isEqualTo(Bytes.of("b"));
    }
    assertThatThrownBy(() -> Verification.of(directory.resolve("nothing"), null, _ -> {}))
        .isInstanceOf(FileException.class);
    assertThatThrownBy(() -> Verification.of(directory, null, _ -> {}))
        .isInstanceOf(ConcordException.class)
        .hasMessageContaining("name the engine");
    assertThat(Verification.of(store.resolve("engine"), "lsm", _ -> {}).isWhole()).isTrue();
    assertThat(List.of(directory.toFile().list()))
        .contains("store", "new")
        .doesNotContain("nothing");
  }
}
