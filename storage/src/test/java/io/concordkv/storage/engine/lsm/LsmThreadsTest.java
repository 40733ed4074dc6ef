package io.concordkv.storage.engine.lsm;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordkv.base.Bytes;
import io.concordkv.base.env.RealEnv;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.Order;
import io.concordkv.storage.engine.View;
import io.concordkv.storage.engine.WriteBatch;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Real threads read views of `lsm` while the loop writes, and workers flush, compact and delete
/// the tables that these views were the last to have. A batch gives all keys its own number, so a
/// view has one number everywhere, and it is that of the moment at which it was taken.
final class LsmThreadsTest {
  private static final int KEYS = 120;
  private static final int BATCHES = 250;
  private static final int READERS = 3;
  private static final int OPEN_VIEWS = 10;

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"packed", "skiplist"})
  void a_view_stays_what_it_was_while_its_tables_are_compacted_away(String memtable)
      throws Exception {
    var options = TinyOptions.of(TinyOptions.PLAIN_SETTINGS + " memtable=" + memtable);
    var escaped = new ConcurrentLinkedQueue<Throwable>();
    try (var env = RealEnv.open(directory, "threads", escaped::add);
        var pool = Executors.newFixedThreadPool(READERS)) {
      var engine = onLoop(env, () -> LsmEngine.open(env, "engine", options));
      var reading = new ArrayDeque<Future<Integer>>();
      for (int number = 1; number <= BATCHES; number++) {
        var batch = batch(number);
        var view =
            onLoop(
                env,
                () -> {
                  engine.write(batch);
                  return engine.view();
                });
        int expected = number;
        reading.add(pool.submit(() -> read(view, expected)));
        if (reading.size() == OPEN_VIEWS) {
          assertThat(reading.remove().get()).isEqualTo(KEYS);
        }
      }
      while (!reading.isEmpty()) {
        assertThat(reading.remove().get()).isEqualTo(KEYS);
      }
      Boolean _ =
          onLoop(
              env,
              () -> {
                engine.sync();
                assertThat(engine.damage()).isNull();
                engine.close();
                return true;
              });
      assertThat(escaped).isEmpty();
      var again = onLoop(env, () -> LsmEngine.open(env, "engine", options));
      assertThat(read(onLoop(env, again::view), BATCHES)).isEqualTo(KEYS);
      Boolean _ =
          onLoop(
              env,
              () -> {
                again.close();
                return true;
              });
    }
  }

  private static WriteBatch batch(int number) {
    var batch = new WriteBatch().mark(number);
    for (int i = 0; i < KEYS; i++) {
      batch.put(key(i), Bytes.of("" + number));
    }
    return batch;
  }

  private static Bytes key(int i) {
    return Bytes.of("k%04d".formatted(i));
  }

  /// How many keys there are; all of them have `number`.
  private static int read(View view, int number) {
    var expected = Bytes.of("" + number);
    int keys = 0;
    try (view) {
      try (var cursor =
          view.scan(KeyRange.ALL, number % 2 == 0 ? Order.ASCENDING : Order.DESCENDING)) {
        while (cursor.next()) {
          assertThat(cursor.value()).isEqualTo(expected);
          keys++;
        }
      }
      for (int i = 0; i < KEYS; i += 7) {
        assertThat(view.get(key(i))).isEqualTo(expected);
      }
    }
    return keys;
  }

  private static <T> T onLoop(RealEnv env, Supplier<T> task) throws Exception {
    var answer = new CompletableFuture<T>();
    env.loop()
        .post(() -> {
          try {
            answer.complete(task.get());
          } catch (RuntimeException | Error failure) {
            answer.completeExceptionally(failure);
          }
        });
    return answer.get();
  }
}
