package io.concordkv.storage.engine.lsm;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordkv.base.Bytes;
import io.concordkv.storage.engine.WriteBatch;
import io.concordkv.testkit.Simulation;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

final class PacingTest {
  private static final List<String> STRATEGIES = List.of("leveled", "tiered");
  private static final Duration AN_INSTANT = Duration.ofNanos(2_000);

  private final Simulation simulation = new Simulation(9);
  private long mark;

  private LsmEngine open(String strategy) {
    return LsmEngine.open(
        simulation.env("n1"),
        strategy + mark,
        TinyOptions.of(
            "memtable-bytes=65536 table-bytes=65536 level1-bytes=262144 compaction=" + strategy));
  }

  private void write(LsmEngine engine) {
    var key = Bytes.of("key-%06d".formatted(mark * 7919 % 100_000));
    engine.write(new WriteBatch().put(key, Bytes.wrap(new byte[500])).mark(++mark));
  }

  @Test
  void a_writer_that_obeys_is_slowed_down_and_never_stopped() {
    for (var strategy : STRATEGIES) {
      var engine = open(strategy);
      long slowest = 0;
      long before = 0;
      long steepest = 0;
      for (int i = 0; i < 20_000; i++) {
        long wait = engine.writeDelayNanos();
        slowest = Math.max(slowest, wait);
        steepest = Math.max(steepest, wait - before);
        before = wait;
        simulation.runFor(AN_INSTANT.plusNanos(wait));
        write(engine);
        assertThat(engine.stalled()).as(strategy + " " + i).isFalse();
      }
      var metrics = engine.metrics();
      assertThat(metrics.stalledWrites()).as(strategy).isZero();
      assertThat(slowest).as(strategy).isPositive().isLessThan(5_000_000);
      assertThat(metrics.work().delays().count()).as(strategy).isPositive();
      assertThat(metrics.work().delays().maxNanos()).as(strategy).isGreaterThanOrEqualTo(slowest);
      assertThat(steepest).as(strategy).isLessThan(2_000_000);
      engine.close();
    }
  }

  @Test
  void a_writer_that_does_not_obey_stalls_the_engine() {
    for (var strategy : STRATEGIES) {
      var engine = open(strategy);
      for (int i = 0; i < 20_000; i++) {
        simulation.runFor(AN_INSTANT);
        write(engine);
      }
      assertThat(engine.metrics().stalledWrites()).as(strategy).isPositive();
      engine.close();
    }
  }

  @Test
  void a_slow_writer_never_waits() {
    var engine = open("leveled");
    for (int i = 0; i < 3000; i++) {
      simulation.runFor(Duration.ofMillis(1));
      write(engine);
      assertThat(engine.writeDelayNanos()).isZero();
    }
  }

  @Test
  void tiers_write_less_than_levels() {
    var amplification = new double[2];
    for (int strategy = 0; strategy < 2; strategy++) {
      var engine = open(STRATEGIES.get(strategy));
      for (int i = 0; i < 20_000; i++) {
        simulation.runFor(AN_INSTANT.plusNanos(engine.writeDelayNanos()));
        write(engine);
      }
      engine.flush();
      simulation.runFor(Duration.ofMinutes(1));
      var work = engine.metrics().work();
      assertThat(work.bytes()).isBetween(20_000L * 500, 20_000L * 600);
      assertThat(work.flushedBytes()).isPositive();
      amplification[strategy] = work.amplification();
      engine.close();
    }
    assertThat(amplification[1]).isPositive().isLessThan(amplification[0]);
  }
}
