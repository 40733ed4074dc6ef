package io.concordkv.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// A few seeds of the simulator, fixed ones and some that no run had before. `make sim` runs many.
class SimSeedsTest {
  private static final Duration CHAOS = Duration.ofSeconds(20);

  /// Seeds that once showed a defect stay here for good.
  private static final List<Long> FORMER_FAILURES =
      List.of(10L, 11L, 21L, 24L, 36L, 37L, 40L, 60L, 90L, 190L);

  private static final int FRESH = 4;

  @TestFactory
  Stream<DynamicTest> a_cluster_of_three_keeps_its_promises() {
    return LongStream.rangeClosed(1, 8).mapToObj(seed -> keepsItsPromises(seed, 3));
  }

  @TestFactory
  Stream<DynamicTest> a_cluster_of_five_keeps_its_promises() {
    return LongStream.rangeClosed(1, 6).mapToObj(seed -> keepsItsPromises(seed, 5));
  }

  @TestFactory
  Stream<DynamicTest> what_once_failed_stays_right() {
    return FORMER_FAILURES.stream().map(seed -> keepsItsPromises(seed, 0));
  }

  @TestFactory
  Stream<DynamicTest> a_seed_that_nobody_tried_before_passes() {
    long first = System.currentTimeMillis();
    return LongStream.range(first, first + FRESH).mapToObj(seed -> keepsItsPromises(seed, 0));
  }

  @Test
  void the_same_seed_makes_the_same_run() {
    var first = SimRun.run(42, 3, CHAOS);
    var second = SimRun.run(42, 3, CHAOS);
    assertThat(second.trace()).isEqualTo(first.trace());
    assertThat(second.events()).isEqualTo(first.events());
    assertThat(SimRun.run(43, 3, CHAOS).trace()).isNotEqualTo(first.trace());
  }

  @Test
  void seeds_bring_trouble_and_get_work_done() {
    int faults = 0;
    int elections = 0;
    for (long seed = 1; seed <= 3; seed++) {
      var report = SimRun.run(seed, 3, CHAOS);
      assertThat(report.calls()).isGreaterThan(100);
      assertThat(report.commits()).isGreaterThan(100);
      faults += report.faults();
      elections += report.elections();
    }
    assertThat(faults).isGreaterThan(10);
    assertThat(elections).isGreaterThan(5);
  }

  private static DynamicTest keepsItsPromises(long seed, int nodes) {
    return DynamicTest.dynamicTest(
        "seed " + seed,
        () -> {
          var report = SimRun.run(seed, nodes, CHAOS);
          assertThat(report.violation())
              .as("make sim SEEDS=%s NODES=%s SECONDS=20", seed, nodes)
              .isNull();
        });
  }
}
