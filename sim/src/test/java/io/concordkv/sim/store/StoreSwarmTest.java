package io.concordkv.sim.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.TreeSet;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// Some seeds of the swarm for embedded stores: those that once showed a defect, the first ones,
/// and some that no run had before. `make sim-stores` runs many.
class StoreSwarmTest {
  private static final Path BANK =
      Path.of(System.getProperty("concord.root", "..")).resolve("sim/store-seeds.txt");
  private static final int FRESH = 8;

  @TestFactory
  Stream<DynamicTest> a_store_keeps_its_promises() {
    return LongStream.rangeClosed(1, 24).mapToObj(StoreSwarmTest::keepsItsPromises);
  }

  @TestFactory
  Stream<DynamicTest> a_seed_that_once_showed_a_defect_passes() throws IOException {
    return Files.readAllLines(BANK).stream()
        .filter(line -> !line.isBlank() && !line.startsWith("#"))
        .map(line -> keepsItsPromises(Long.parseLong(line)));
  }

  @TestFactory
  Stream<DynamicTest> a_seed_that_nobody_tried_before_passes() {
    long first = System.currentTimeMillis();
    return LongStream.range(first, first + FRESH).mapToObj(StoreSwarmTest::keepsItsPromises);
  }

  @Test
  void the_same_seed_makes_the_same_run() {
    var first = StoreRun.run(42, null);
    assertThat(StoreRun.run(42, null).trace()).isEqualTo(first.trace());
    assertThat(StoreRun.run(43, null).trace()).isNotEqualTo(first.trace());
  }

  @Test
  void the_first_seeds_have_all_engines_and_all_troubles() {
    var engines = new TreeSet<String>();
    var troubles = new TreeSet<Trouble>();
    for (long seed = 1; seed <= 60; seed++) {
      var setup = StoreSetup.draw(seed, null);
      engines.add(setup.options().engine());
      troubles.addAll(setup.troubles());
    }
    assertThat(engines).hasSize(8);
    assertThat(troubles).containsExactly(Trouble.values());
  }

  @Test
  void seeds_bring_trouble_and_get_work_done() {
    int crashes = 0;
    int faults = 0;
    var marks = new TreeSet<String>();
    for (long seed = 1; seed <= 20; seed++) {
      var report = StoreRun.run(seed, null);
      assertThat(report.batches()).isPositive();
      crashes += report.crashes();
      faults += report.faults();
      marks.addAll(report.marks());
    }
    assertThat(crashes).isGreaterThan(10);
    assertThat(faults).isGreaterThan(10);
    assertThat(marks)
        .contains("store/conflict", "store/gave-way", "store/lock-timeout", "store/restored");
  }

  @Test
  void a_story_can_be_read() {
    var lines = new ArrayList<String>();
    var report = StoreRun.tell(3, "lsm", lines::add);

    assertThat(report.violation()).isNull();
    assertThat(lines.getFirst()).contains("engine=lsm");
    assertThat(lines).anyMatch(line -> line.contains("opened at"));
  }

  private static DynamicTest keepsItsPromises(long seed) {
    return DynamicTest.dynamicTest(
        "seed " + seed,
        () ->
            assertThat(StoreRun.run(seed, null).violation())
                .as("make sim-stores SEEDS=%s", seed)
                .isNull());
  }
}
