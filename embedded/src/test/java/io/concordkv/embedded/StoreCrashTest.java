package io.concordkv.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordkv.base.Bytes;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.WriteBatch;
import io.concordkv.testkit.Gen;
import io.concordkv.testkit.SimDisk;
import java.time.Duration;
import java.util.function.BiConsumer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The same run again and again, ended at each of its file operations in turn. What is found after
/// it is the content after one of the commits, and none that was acknowledged is missing.
final class StoreCrashTest {
  private static final int COMMITS = 60;
  private static final Options SMALL =
      Options.DEFAULT.withLog(64 << 10, 16 << 10).withBatchBytes(8 << 10);

  @ParameterizedTest
  @ValueSource(strings = {"lsm", "bplustree-memory", "jsonfile"})
  void a_power_cut_at_any_file_operation_loses_nothing_acknowledged(String engine) {
    var options = SMALL.withEngine(engine);
    if (engine.equals("lsm")) {
      options = options.withSetting("memtable-bytes", "8 KiB");
    }
    assertThat(dieEverywhere(options, SimDisk::powerCutAtOperation)).isGreaterThan(60);
  }

  @ParameterizedTest
  @ValueSource(strings = {"hash"})
  void a_kill_at_any_file_operation_loses_nothing_acknowledged(String engine) {
    assertThat(dieEverywhere(SMALL.withEngine(engine), SimDisk::killAtOperation)).isGreaterThan(60);
  }

  @ParameterizedTest
  @ValueSource(strings = {"lsm", "redblack"})
  void a_crash_takes_back_the_newest_of_an_interval_only(String engine) {
    var options =
        SMALL.withEngine(engine).withDurability(Durability.interval(Duration.ofMillis(20)));
    for (int seed = 0; seed < 20; seed++) {
      var world = new StoreWorld(seed, options);
      assertThat(world.open(_ -> {})).isTrue();
      var gen = new Gen(seed);
      write(world, gen, 20);
      long old = world.acknowledged;
      assertThat(old).isEqualTo(20);
      world.runFor(Duration.ofSeconds(1));
      write(world, gen, 20);
      world.simulation.powerCut("n");

      assertThat(world.open(_ -> {})).isTrue();
      assertThat(world.published).isGreaterThanOrEqualTo(old);
      assertThat(world.content()).isEqualTo(world.contents.get((int) world.published));
    }
  }

  /// Returns how many operations there were to die at.
  private static int dieEverywhere(Options options, BiConsumer<SimDisk, Long> death) {
    for (int operation = 1; ; operation++) {
      long at = operation;
      var world = new StoreWorld(operation, options);
      try {
        if (world.open(disk -> death.accept(disk, at))) {
          write(world, new Gen(7), COMMITS);
          world.runFor(Duration.ofSeconds(30));
        }
        boolean died = !world.alive();
        world.disk().spare();
        check(world);
        // Life goes on, and another crash finds that too.
        write(world, new Gen(8), 5);
        world.simulation.powerCut("n");
        check(world);
        if (!died) {
          return operation;
        }
      } catch (Throwable failure) {
        throw new AssertionError("after the end at operation " + operation, failure);
      }
    }
  }

  private static void check(StoreWorld world) {
    long acknowledged = world.acknowledged;
    assertThat(world.failures).isEmpty();
    assertThat(world.open(_ -> {})).isTrue();
    assertThat(world.published).isBetween(acknowledged, (long) world.contents.size() - 1);
    assertThat(world.content()).isEqualTo(world.contents.get((int) world.published));
    // What is not there was never acknowledged, and its number is used again.
    world.contents.subList((int) world.published + 1, world.contents.size()).clear();
    world.acknowledged = world.published;
  }

  private static void write(StoreWorld world, Gen gen, int commits) {
    for (int i = 0; i < commits && world.alive(); i++) {
      var batch = new WriteBatch();
      for (int j = gen.between(1, 4); j > 0; j--) {
        var key = Bytes.of("key-" + gen.below(40));
        if (gen.oneIn(15)) {
          batch.deleteRange(new KeyRange(key, Bytes.of("key-" + gen.below(40))));
        } else if (gen.oneIn(4)) {
          batch.delete(key);
        } else {
          batch.put(key, Bytes.of(("value-" + gen.below(1000)).repeat(gen.between(1, 60))));
        }
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
