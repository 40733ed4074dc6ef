package io.concordkv.sim.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.TreeSet;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// Some seeds of the swarm for engines, fixed ones and some that no run had before. `make
/// sim-engines` runs many.
class EngineSwarmTest {
  private static final int FRESH = 20;

  @TestFactory
  Stream<DynamicTest> an_engine_keeps_its_promises() {
    return LongStream.rangeClosed(1, 60).mapToObj(EngineSwarmTest::keepsItsPromises);
  }

  @TestFactory
  Stream<DynamicTest> a_seed_that_nobody_tried_before_passes() {
    long first = System.currentTimeMillis();
    return LongStream.range(first, first + FRESH).mapToObj(EngineSwarmTest::keepsItsPromises);
  }

  @Test
  void the_same_seed_makes_the_same_run() {
    var first = EngineRun.run(42, null);
    assertThat(EngineRun.run(42, null).trace()).isEqualTo(first.trace());
    assertThat(EngineRun.run(43, null).trace()).isNotEqualTo(first.trace());
  }

  @Test
  void the_first_seeds_have_all_engines_and_all_troubles() {
    var engines = new TreeSet<String>();
    var troubles = new TreeSet<Trouble>();
    for (long seed = 1; seed <= 60; seed++) {
      var setup = EngineSetup.draw(seed, null);
      engines.add(setup.engine());
      troubles.addAll(setup.troubles());
    }
    assertThat(engines).hasSize(8);
    assertThat(troubles).containsExactly(Trouble.values());
  }

  @Test
  void seeds_bring_trouble_and_get_work_done() {
    int crashes = 0;
    int faults = 0;
    for (long seed = 1; seed <= 10; seed++) {
      var report = EngineRun.run(seed, "lsm");
      assertThat(report.batches()).isGreaterThan(10);
      crashes += report.crashes();
      faults += report.faults();
    }
    assertThat(crashes).isGreaterThan(10);
    assertThat(faults).isGreaterThan(10);
  }

  @Test
  void a_story_can_be_read() {
    var lines = new ArrayList<String>();
    var report = EngineRun.tell(3, "bplustree", lines::add);

    assertThat(report.violation()).isNull();
    assertThat(lines.getFirst()).contains("engine=bplustree");
    assertThat(lines).anyMatch(line -> line.contains("changes, mark"));
  }

  private static DynamicTest keepsItsPromises(long seed) {
    return DynamicTest.dynamicTest(
        "seed " + seed,
        () ->
            assertThat(EngineRun.run(seed, null).violation())
                .as("make sim-engines SEEDS=%s", seed)
                .isNull());
  }
}
