package io.concordkv.storage.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordkv.base.Bytes;
import io.concordkv.storage.engine.lsm.LsmEngine;
import io.concordkv.storage.engine.lsm.TinyOptions;
import io.concordkv.testkit.Gen;
import io.concordkv.testkit.Simulation;
import java.util.ArrayList;
import java.util.Collections;
import org.junit.jupiter.api.Test;

final class MeasuredEngineTest {
  private final Simulation simulation = new Simulation(1);
  private final Engine inner =
      LsmEngine.open(simulation.env("n"), "engine", TinyOptions.COMPRESSED);
  private final MeasuredEngine engine = new MeasuredEngine(inner, simulation.env("n").clock(), 2);

  @Test
  void operations_are_counted_by_kind() {
    var key = Bytes.of("a");
    engine.put(key, Bytes.of("1"));
    engine.write(new WriteBatch().put(key, key).delete(key));
    engine.delete(key);
    assertThat(engine.get(key)).isNull();
    engine.view().close();
    engine.scan(KeyRange.ALL, Order.ASCENDING).close();
    engine.scan(KeyRange.ALL, Order.ASCENDING).close();
    var operations = engine.metrics().operations();
    assertThat(operations)
        .extracting(OperationMetrics::operation)
        .containsExactly("get", "write", "scan", "view");
    assertThat(operations).extracting(OperationMetrics::count).containsExactly(1L, 3L, 2L, 1L);
  }

  @Test
  void batches_that_come_while_it_is_stalled_are_counted() {
    for (int i = 0; i < 500; i++) {
      engine.put(Bytes.of("key-" + i), Bytes.of("value"));
    }
    assertThat(engine.stalled()).isTrue();
    assertThat(engine.metrics().stalledWrites()).isBetween(1L, 499L);
    assertThat(engine.metrics().sizes()).isEqualTo(inner.sizes());
  }

  @Test
  void quantiles_are_never_too_low_and_at_most_a_sixteenth_too_high() {
    Gen.check(
        200,
        gen -> {
          var latencies = new Latencies();
          var durations = new ArrayList<Long>();
          for (int i = gen.between(1, 300); i > 0; i--) {
            long duration = gen.flag() ? gen.below(100) : gen.below(Integer.MAX_VALUE);
            durations.add(duration);
            latencies.add(duration);
          }
          Collections.sort(durations);
          for (double share : new double[] {0.01, 0.5, 0.99, 0.999, 1}) {
            long exact = durations.get((int) Math.ceil(share * durations.size()) - 1);
            assertThat(latencies.quantile(share)).isBetween(exact, exact + exact / 16);
          }
          assertThat(latencies.max()).isEqualTo(durations.getLast());
        });
  }

  @Test
  void no_duration_is_out_of_range() {
    var latencies = new Latencies();
    assertThat(latencies.quantile(0.5)).isZero();
    latencies.add(-5);
    latencies.add(Long.MAX_VALUE);
    assertThat(latencies.quantile(0.5)).isZero();
    assertThat(latencies.quantile(1)).isEqualTo(Long.MAX_VALUE);
  }
}
