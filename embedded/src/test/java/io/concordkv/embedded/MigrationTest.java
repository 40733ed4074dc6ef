package io.concordkv.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordkv.base.Bytes;
import io.concordkv.base.ConcordException;
import io.concordkv.base.ErrorCode;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.WriteBatch;
import io.concordkv.testkit.Gen;
import io.concordkv.testkit.SimDisk;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class MigrationTest {
  private static final Options SMALL =
      Options.DEFAULT.withLog(64 << 10, 16 << 10).withBatchBytes(8 << 10);

  private final List<String> told = new ArrayList<>();
  private final List<MigrationProgress> progress = new ArrayList<>();

  private void migrate(StoreWorld world, String engine, Map<String, String> settings) {
    world
        .store()
        .migrate(
            new Migration.Order(
                engine,
                settings,
                progress::add,
                () -> told.add("done"),
                failed -> told.add(failed.code() + " " + failed.getMessage())));
  }

  @ParameterizedTest
  @CsvSource({
    "lsm,bplustree",
    "bplustree,lsm",
    "hash,jsonfile",
    "jsonfile,lsm",
    "array,redblack",
    "lsm,lsm",
    "skiplist,bplustree",
    "bplustree-memory,bplustree"
  })
  void a_store_moves_while_it_is_written(String from, String to) {
    var world = new StoreWorld(1, SMALL.withEngine(from));
    world.open(_ -> {});
    var gen = new Gen(3);
    write(world, gen, 50);
    migrate(world, to, Map.of());
    write(world, gen, 50);
    world.runFor(Duration.ofSeconds(10));
    assertThat(told).containsExactly("done");
    assertThat(progress.getLast().copied()).isPositive();
    assertThat(progress.getLast().behind()).isZero();
    write(world, gen, 20);
    world.runFor(Duration.ofSeconds(10));
    assertThat(world.acknowledged).isEqualTo(120);
    assertThat(world.content()).isEqualTo(world.contents.getLast());
    assertThat(engines(world)).as("the old one is gone").containsExactly(Store.ENGINE + "-1");

    world.simulation.powerCut("n");
    var moved = world.with(SMALL.withEngine(to));
    assertThat(moved.open(_ -> {})).isTrue();
    assertThat(moved.content()).isEqualTo(world.contents.getLast());
    assertThatThrownBy(() -> Store.open(world.simulation.env("n"), SMALL.withEngine("hash"), world))
        .hasMessageContaining("is kept by the engine");
  }

  @Test
  void who_reads_from_the_old_engine_goes_on_and_it_stays_until_then() {
    var world = new StoreWorld(1, SMALL.withEngine("lsm"));
    world.open(_ -> {});
    write(world, new Gen(3), 20);
    world.runFor(Duration.ofSeconds(1));
    var reader = world.keepView();
    migrate(world, "bplustree", Map.of());
    world.runFor(Duration.ofSeconds(10));
    assertThat(told).containsExactly("done");
    assertThat(engines(world)).containsExactlyInAnyOrder(Store.ENGINE, Store.ENGINE + "-1");
    assertThat(reader.content()).isEqualTo(world.contents.getLast());
    migrate(world, "hash", Map.of());
    assertThat(told.getLast()).contains("moving already");

    reader.close();
    world.runFor(Duration.ofSeconds(1));
    assertThat(engines(world)).containsExactly(Store.ENGINE + "-1");
  }

  @Test
  void what_the_other_engine_refuses_stays_where_it_is() {
    var world = new StoreWorld(1, SMALL.withEngine("lsm"));
    world.open(_ -> {});
    write(world, new Gen(3), 60);
    migrate(world, "nonesuch", Map.of());
    world.runFor(Duration.ofSeconds(1));
    assertThat(told.getLast()).startsWith(ErrorCode.UNKNOWN_ENGINE.name());
    migrate(world, "lsm", Map.of("memtable-bytes", "7"));
    world.runFor(Duration.ofSeconds(1));
    assertThat(told.getLast()).startsWith(ErrorCode.BAD_SETTING.name());
    migrate(world, "jsonfile", Map.of("max-bytes", "4 KiB"));
    world.runFor(Duration.ofSeconds(10));
    assertThat(told).hasSize(3).doesNotContain("done");
    assertThat(engines(world)).containsExactly(Store.ENGINE);
    write(world, new Gen(4), 10);
    world.runFor(Duration.ofSeconds(1));
    assertThat(world.content()).isEqualTo(world.contents.getLast());
  }

  @Test
  void a_store_that_is_closed_on_the_way_stays_where_it_is() {
    var world = new StoreWorld(1, SMALL.withEngine("lsm"));
    world.open(_ -> {});
    write(world, new Gen(3), 60);
    world.runFor(Duration.ofSeconds(1));
    migrate(world, "bplustree", Map.of());
    world.closeView();
    world.store().close(() -> told.add("closed"));
    world.runFor(Duration.ofSeconds(10));
    assertThat(told)
        .containsExactly(ErrorCode.CANCELED + " the store was closed on the way", "closed");
    assertThat(engines(world)).containsExactly(Store.ENGINE);
  }

  @ParameterizedTest
  @CsvSource({"lsm,bplustree", "hash,lsm", "bplustree,jsonfile"})
  void a_power_cut_at_any_file_operation_loses_nothing(String from, String to) {
    assertThat(dieEverywhere(from, to, SimDisk::powerCutAtOperation)).isGreaterThan(40);
  }

  @ParameterizedTest
  @CsvSource({"bplustree,lsm", "lsm,skiplist"})
  void a_kill_at_any_file_operation_loses_nothing(String from, String to) {
    assertThat(dieEverywhere(from, to, SimDisk::killAtOperation)).isGreaterThan(40);
  }

  private int dieEverywhere(String from, String to, BiConsumer<SimDisk, Long> death) {
    boolean ended = false;
    for (int operation = 1; ; operation++) {
      var world = new StoreWorld(operation, SMALL.withEngine(from));
      world.open(_ -> {});
      var gen = new Gen(5);
      write(world, gen, 30);
      death.accept(world.disk(), (long) operation);
      migrate(world, to, Map.of());
      write(world, gen, 30);
      if (world.alive()) {
        world.runFor(Duration.ofSeconds(10));
      }
      boolean died = !world.alive();
      world.disk().spare();
      world.simulation.powerCut("n");
      check(world, from, to, operation);
      if (!died) {
        assertThat(ended).isTrue();
        return operation;
      }
      ended |= told.contains("done");
      told.clear();
    }
  }

  /// Whichever engine it is: there is one, and it has all.
  private static void check(StoreWorld world, String from, String to, int operation) {
    for (var engine : List.of(from, to)) {
      var again = world.with(SMALL.withEngine(engine));
      try {
        if (again.open(_ -> {})) {
          assertThat(again.published)
              .as("after the end at operation %d", operation)
              .isBetween(world.acknowledged, (long) world.contents.size() - 1);
          assertThat(again.content()).isEqualTo(world.contents.get((int) again.published));
          assertThat(engines(again)).hasSizeLessThan(2);
          return;
        }
      } catch (ConcordException other) {
        assertThat(other).hasMessageContaining("is kept by the engine");
        again.simulation.kill("n");
      }
    }
    throw new AssertionError("no engine opens after the end at operation " + operation);
  }

  private static List<String> engines(StoreWorld world) {
    return world.disk().paths().stream()
        .filter(path -> path.startsWith(Store.ENGINE))
        .map(path -> path.substring(0, path.indexOf('/')))
        .distinct()
        .toList();
  }

  private static void write(StoreWorld world, Gen gen, int commits) {
    for (int i = 0; i < commits && world.alive(); i++) {
      var batch = new WriteBatch();
      var keys = new TreeMap<String, String>();
      for (int j = gen.between(1, 4); j > 0; j--) {
        keys.put("key-" + gen.below(60), ("value-" + gen.below(1000)).repeat(gen.between(1, 30)));
      }
      keys.forEach((key, value) -> {
        if (gen.oneIn(4)) {
          batch.delete(Bytes.of(key));
        } else {
          batch.put(Bytes.of(key), Bytes.of(value));
        }
      });
      if (gen.oneIn(10)) {
        batch.deleteRange(KeyRange.prefix(Bytes.of("key-" + gen.below(60))));
      }
      world.submit(batch);
      if (gen.oneIn(3)) {
        world.runFor(Duration.ofMillis(2));
      }
    }
    if (world.alive()) {
      world.runFor(Duration.ofMillis(2));
    }
  }
}
