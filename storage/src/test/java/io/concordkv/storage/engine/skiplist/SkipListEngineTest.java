package io.concordkv.storage.engine.skiplist;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordkv.base.Bytes;
import io.concordkv.storage.engine.Engine;
import io.concordkv.storage.engine.EngineContract;
import io.concordkv.storage.engine.Engines;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.Order;
import io.concordkv.storage.engine.WriteBatch;
import io.concordkv.testkit.Simulation;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

final class SkipListEngineTest extends EngineContract {
  @Override
  protected Engine open() {
    return Engines.installed()
        .open(new Simulation(1).env("n1"), "skiplist", "engine", new TreeMap<>());
  }

  @Override
  protected void settle() {}

  @Test
  void memory_is_given_back_when_the_last_view_that_needs_it_is_closed() {
    for (int i = 0; i < 500; i++) {
      put("key-" + i, "value");
    }
    var view = engine.view();
    for (int i = 0; i < 500; i++) {
      put("key-" + i, "other");
      engine.write(new WriteBatch().delete(key("key-" + i)));
    }
    assertThat(engine.count()).isZero();
    assertThat(pairs(view, KeyRange.ALL, Order.ASCENDING)).hasSize(500);
    view.close();
    for (int i = 0; i < 500; i++) {
      put("the only one", "value");
    }
    assertThat(engine.sizes().memory()).isLessThan(300);
  }

  @Test
  void another_thread_reads_a_view_while_the_loop_writes() throws InterruptedException {
    for (int i = 0; i < 2000; i++) {
      put("key-%05d".formatted(i * 2), "first");
    }
    var failure = new AtomicReference<Throwable>();
    for (int round = 0; round < 5; round++) {
      var view = engine.view();
      var expected = pairs(view, KeyRange.ALL, Order.ASCENDING);
      var started = new CountDownLatch(1);
      var reader =
          new Thread(() -> {
            started.countDown();
            for (int i = 0; i < 20; i++) {
              assertThat(pairs(view, KeyRange.ALL, Order.ASCENDING)).isEqualTo(expected);
              assertThat(pairs(view, KeyRange.ALL, Order.DESCENDING).reversed())
                  .isEqualTo(expected);
            }
          });
      reader.setUncaughtExceptionHandler((_, thrown) -> failure.set(thrown));
      reader.start();
      started.await();
      for (int i = 0; i < 4000; i++) {
        var key = Bytes.of("key-%05d".formatted((i * 7919 + round) % 4000));
        engine.write(
            i % 3 == 0
                ? new WriteBatch().delete(key)
                : new WriteBatch().put(key, Bytes.of("value-" + round + "-" + i)));
      }
      reader.join();
      view.close();
    }
    assertThat(failure.get()).isNull();
  }
}
