package io.concordkv.storage.engine.bplustree;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordkv.base.Bytes;
import io.concordkv.base.env.RealEnv;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.Order;
import io.concordkv.storage.engine.View;
import io.concordkv.storage.engine.WriteBatch;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Real threads read views while the loop writes and workers make checkpoints and reuse pages.
/// Every batch gives all keys the same value, so a view must see one value everywhere.
final class BPlusTreeThreadsTest {
  private static final int KEYS = 300;
  private static final int BATCHES = 300;
  private static final int READERS = 3;

  @Test
  void a_view_is_one_moment_whoever_reads_it(@TempDir Path directory) throws Exception {
    var failures = new ConcurrentLinkedQueue<Throwable>();
    try (var env = RealEnv.open(directory, "threads", failures::add);
        var readers = Executors.newFixedThreadPool(READERS)) {
      var options = new BPlusTreeOptions(512, 2, 2, 64 << 10, 2, 32 << 10);
      var engine = onLoop(env, () -> BPlusTreeEngine.open(env, "engine", options));
      var reads = new ArrayList<CompletableFuture<Long>>();
      for (int batch = 1; batch <= BATCHES; batch++) {
        var value = Bytes.of("value-" + batch);
        var changes = new WriteBatch().mark(batch);
        for (int i = 0; i < KEYS; i++) {
          changes.put(key(i), value);
        }
        int nth = batch;
        var view =
            onLoop(
                env,
                () -> {
                  engine.write(changes);
                  if (nth % 3 == 0) {
                    engine.flush();
                  }
                  if (nth % 50 == 0) {
                    engine.reclaim();
                  }
                  return engine.view();
                });
        reads.add(CompletableFuture.supplyAsync(() -> read(view, value), readers));
        if (reads.size() > 8) {
          assertThat(reads.removeFirst().get()).isEqualTo(KEYS);
        }
      }
      for (var read : reads) {
        assertThat(read.get()).isEqualTo(KEYS);
      }
      onLoop(
          env,
          () -> {
            engine.sync();
            assertThat(engine.durableMark()).isEqualTo(BATCHES);
            assertThat(engine.validate()).isPositive();
            engine.close();
            return true;
          });
      assertThat(failures).isEmpty();
      var again = onLoop(env, () -> BPlusTreeEngine.open(env, "engine", options));
      assertThat(again.count()).isEqualTo(KEYS);
      again.close();
    }
  }

  /// How many keys have `value`; a view that shows another one anywhere is wrong.
  private static long read(View view, Bytes value) {
    try (view) {
      for (int i = 0; i < KEYS; i += 17) {
        assertThat(view.get(key(i))).isEqualTo(value);
      }
      long same = 0;
      for (var order : List.of(Order.ASCENDING, Order.DESCENDING)) {
        same = 0;
        try (var cursor = view.scan(KeyRange.ALL, order)) {
          while (cursor.next()) {
            assertThat(cursor.value()).isEqualTo(value);
            same++;
          }
        }
      }
      return same;
    }
  }

  private static <T> T onLoop(RealEnv env, Supplier<T> task) throws Exception {
    var result = new CompletableFuture<T>();
    env.loop()
        .post(() -> {
          try {
            result.complete(task.get());
          } catch (Throwable failure) {
            result.completeExceptionally(failure);
          }
        });
    return result.get();
  }

  private static Bytes key(int i) {
    return Bytes.of("key-%05d".formatted(i));
  }
}
