package io.concordkv.storage.engine.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordkv.base.Bytes;
import io.concordkv.base.InvariantError;
import io.concordkv.storage.engine.Engine;
import io.concordkv.storage.engine.EngineContract;
import io.concordkv.storage.engine.Engines;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.Order;
import io.concordkv.storage.engine.WriteBatch;
import io.concordkv.testkit.SimEnv;
import io.concordkv.testkit.Simulation;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What every engine in memory promises.
public abstract class MemoryContract extends EngineContract {
  protected final Simulation simulation = new Simulation(1);
  protected final SimEnv env = simulation.env("n1");
  private final String name;
  private final Map<String, String> settings;

  protected MemoryContract(String name, Map<String, String> settings) {
    this.name = name;
    this.settings = settings;
  }

  @Override
  protected final Engine open(String directory) {
    return Engines.installed().open(env, name, directory, settings);
  }

  @Override
  protected final void settle() {
    simulation.runFor(Duration.ofMinutes(1));
  }

  @AfterEach
  void its_structure_is_sound() {
    ((MemoryEngine) engine).validate();
  }

  @Test
  void memory_is_given_back_when_the_last_view_that_needs_it_is_closed() {
    for (int i = 0; i < 2000; i++) {
      put("key-" + i, "value");
    }
    var view = engine.view();
    for (int i = 0; i < 2000; i++) {
      put("key-" + i, "other");
      engine.delete(key("key-" + i));
    }
    assertThat(engine.count()).isZero();
    assertThat(pairs(view, KeyRange.ALL, Order.ASCENDING)).hasSize(2000);
    view.close();
    for (int i = 0; i < 2000; i++) {
      put("the only one", "value");
    }
    engine.reclaim();
    assertThat(engine.sizes().memory()).isLessThan(20_000);
  }

  @Test
  void what_is_overwritten_again_and_again_takes_no_more_room() {
    for (int i = 0; i < 200; i++) {
      put("key-" + i, "some value that is longer than the key");
    }
    long once = engine.sizes().memory();
    for (int round = 0; round < 50; round++) {
      for (int i = 0; i < 200; i++) {
        put("key-" + i, "some value that is longer than the key");
      }
    }
    assertThat(engine.sizes().memory()).isLessThan(2 * once + 70_000);
  }

  @Test
  void many_keys_that_begin_alike_are_told_apart() {
    var model = new TreeMap<Bytes, Bytes>();
    var random = new SplittableRandom(11);
    for (int i = 0; i < 12_000; i++) {
      var key = alike(random);
      if (i >= 6_000 && random.nextInt(3) > 0) {
        model.remove(key);
        engine.delete(key);
      } else {
        var value = key("value-" + i);
        model.put(key, value);
        engine.put(key, value);
      }
    }
    assertThat(engine.count()).isEqualTo(model.size());
    model.forEach((key, value) -> assertThat(engine.get(key)).isEqualTo(value));
    for (int i = 0; i < 6_000; i++) {
      var key = alike(random);
      assertThat(engine.get(key)).isEqualTo(model.get(key));
    }
    try (var cursor = engine.scan(KeyRange.ALL, Order.ASCENDING)) {
      for (var pair : model.entrySet()) {
        assertThat(cursor.next()).isTrue();
        assertThat(cursor.key()).isEqualTo(pair.getKey());
      }
      assertThat(cursor.next()).isFalse();
    }
  }

  /// A key of one of several kinds, which have much of their beginnings in common; some end with
  /// zeros.
  private static Bytes alike(SplittableRandom random) {
    int number = random.nextInt(4_000);
    return switch (random.nextInt(4)) {
      case 0 -> key("%016d".formatted(number));
      case 1 -> key("/registry/pods/default/" + number);
      case 2 -> key("/registry/pods/default/" + number % 100 + "\0".repeat(number % 11));
      default -> key("/registry/".repeat(number % 8) + number % 30);
    };
  }

  @Test
  void keys_that_ascend_are_put_between_other_changes() {
    var model = new TreeMap<Bytes, Bytes>();
    var random = new SplittableRandom(12);
    for (int i = 0; i < 3_000; i++) {
      var next = key("%016d".formatted(i));
      model.put(next, next);
      engine.put(next, next);
      var other = key("%016d".formatted(random.nextInt(i + 1)));
      switch (random.nextInt(20)) {
        case 0 ->
            engine.put(other, Objects.requireNonNull(model.merge(other, next, (_, _) -> next)));
        case 1 -> {
          model.remove(other);
          engine.delete(other);
        }
        case 2 -> {
          model.remove(next);
          engine.delete(next);
        }
        case 3 -> engine.view().close();
        case 4 -> engine.reclaim();
        default -> {}
      }
    }
    assertThat(engine.count()).isEqualTo(model.size());
    model.forEach((key, value) -> assertThat(engine.get(key)).isEqualTo(value));
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
              assertThat(view.get(key("key-00002"))).isEqualTo(firstOf(expected));
            }
          });
      reader.setUncaughtExceptionHandler((_, thrown) -> failure.set(thrown));
      reader.start();
      started.await();
      for (int i = 0; i < 4000; i++) {
        var key = Bytes.of("key-%05d".formatted((i * 7919 + round) % 4000));
        if (key.equals(key("key-00002"))) {
          continue;
        }
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

  /// Each write comes right before the key that is looked for.
  @Test
  void another_thread_finds_a_key_that_others_come_before() throws InterruptedException {
    put("z", "here");
    var failure = new AtomicReference<Throwable>();
    var written = new AtomicBoolean();
    var view = engine.view();
    var reader =
        new Thread(() -> {
          while (!written.get()) {
            assertThat(view.get(key("z"))).isEqualTo(key("here"));
            assertThat(pairs(view, new KeyRange(key("z"), null), Order.ASCENDING))
                .containsExactly("z=here");
          }
        });
    reader.setUncaughtExceptionHandler((_, thrown) -> failure.set(thrown));
    reader.start();
    for (int i = 0; i < 50_000 && failure.get() == null; i++) {
      put("y%07d".formatted(i), "");
    }
    written.set(true);
    reader.join();
    view.close();
    assertThat(failure.get()).isNull();
  }

  private static Bytes firstOf(Iterable<String> pairs) {
    for (var pair : pairs) {
      if (pair.startsWith("key-00002=")) {
        return key(pair.substring("key-00002=".length()));
      }
    }
    throw new AssertionError("the key is never written while it is read");
  }

  @Test
  void a_closed_view_is_not_read() {
    put("a", "1");
    var view = engine.view();
    view.close();
    assertThatThrownBy(() -> view.get(key("a"))).isInstanceOf(InvariantError.class);
    assertThatThrownBy(() -> view.scan(KeyRange.ALL, Order.ASCENDING))
        .isInstanceOf(InvariantError.class);
  }

  @Test
  void a_closed_engine_is_not_written() {
    engine.close();
    assertThatThrownBy(() -> put("a", "1")).isInstanceOf(InvariantError.class);
    engine = open();
  }
}
