package io.concordkv.base.env;

import static io.concordkv.base.env.EventLoopTest.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.concordkv.base.env.Workers.Lane;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RealEnvTest {
  @TempDir Path directory;

  private final CompletableFuture<Throwable> fatal = new CompletableFuture<>();
  private final AtomicInteger fatalities = new AtomicInteger();
  private RealEnv env;

  @BeforeEach
  void open() {
    env =
        RealEnv.open(
            directory,
            "env-under-test",
            escaped -> {
              fatalities.incrementAndGet();
              fatal.complete(escaped);
            });
  }

  @AfterEach
  void close() {
    env.close();
  }

  private String onLoop() {
    var name = new CompletableFuture<String>();
    env.loop().post(() -> name.complete(Thread.currentThread().getName()));
    return name.orTimeout(60, TimeUnit.SECONDS).join();
  }

  /// Where a result of the lane for reads was taken home, and where it was made.
  private List<String> homeAndAway() {
    var home = new CompletableFuture<String>();
    var away = new CompletableFuture<String>();
    env.workers()
        .run(
            Lane.READ,
            () -> away.complete(Thread.currentThread().getName()),
            env.loop(),
            // A timer may be set on the loop alone.
            made -> {
              var here = Thread.currentThread().getName();
              var _ = env.loop().after(Duration.ZERO, () -> home.complete(here));
            });
    return List.of(home.orTimeout(60, TimeUnit.SECONDS).join(), away.join());
  }

  @Test
  void a_result_comes_home() {
    var loop = onLoop();
    var names = homeAndAway();
    assertThat(names.get(1)).startsWith("env-under-test-read");
    assertThat(names.getFirst()).isIn(loop, names.get(1));
  }

  @Test
  void a_worker_takes_its_result_home_while_the_loop_is_idle() {
    for (int i = 0; i < 1000; i++) {
      var names = homeAndAway();
      if (names.getFirst().equals(names.get(1))) {
        return;
      }
    }
    throw new AssertionError("the loop was woken each time");
  }

  @Test
  void the_works_of_the_log_run_one_at_a_time_in_their_order() {
    var under = new AtomicInteger();
    var together = new ConcurrentLinkedQueue<Integer>();
    var results = new ArrayList<Integer>();
    var done = new CountDownLatch(200);
    for (int i = 0; i < 200; i++) {
      int number = i;
      env.workers()
          .run(
              Lane.LOG,
              () -> {
                together.add(under.incrementAndGet());
                under.decrementAndGet();
                return number;
              },
              env.loop(),
              result -> {
                results.add(result);
                done.countDown();
              });
    }
    await(done);
    assertThat(results).hasSize(200).isSorted();
    assertThat(together).containsOnly(1);
  }

  @Test
  void slow_work_of_one_lane_holds_up_no_other() {
    var gate = new CountDownLatch(1);
    var slow = new CountDownLatch(4);
    for (int i = 0; i < 4; i++) {
      env.workers()
          .run(
              Lane.BACKGROUND,
              () -> {
                await(gate);
                return 0;
              },
              env.loop(),
              _ -> slow.countDown());
    }
    var urgent = new CountDownLatch(2);
    for (var lane : List.of(Lane.LOG, Lane.READ)) {
      env.workers().run(lane, () -> 0, env.loop(), _ -> urgent.countDown());
    }
    await(urgent);
    assertThat(slow.getCount()).isEqualTo(4);
    gate.countDown();
    await(slow);
  }

  @Test
  void what_a_work_throws_stops_the_node() {
    var ran = new ConcurrentLinkedQueue<String>();
    env.workers()
        .run(
            Lane.LOG,
            () -> {
              throw new IllegalStateException("the disk is gone");
            },
            env.loop(),
            _ -> ran.add("then"));
    assertThat(fatal.orTimeout(60, TimeUnit.SECONDS).join()).hasMessage("the disk is gone");
    env.workers().run(Lane.READ, () -> ran.add("work"), env.loop(), _ -> ran.add("then"));
    env.loop().post(() -> ran.add("task"));
    env.close();
    assertThat(ran).isEmpty();
    assertThat(fatalities).hasValue(1);
  }

  @Test
  void what_a_task_throws_stops_the_workers_too() {
    var ran = new ConcurrentLinkedQueue<String>();
    env.loop()
        .post(() -> {
          throw new IllegalStateException("broken");
        });
    assertThat(fatal.orTimeout(60, TimeUnit.SECONDS).join()).hasMessage("broken");
    env.workers().run(Lane.LOG, () -> ran.add("work"), env.loop(), _ -> {});
    env.close();
    assertThat(ran).isEmpty();
  }

  @Test
  void closing_waits_for_the_work_under_way_and_starts_no_other() {
    var begun = new CountDownLatch(1);
    var gate = new CountDownLatch(1);
    var ran = new ConcurrentLinkedQueue<String>();
    env.workers()
        .run(
            Lane.LOG,
            () -> {
              begun.countDown();
              await(gate);
              return ran.add("under way");
            },
            env.loop(),
            _ -> {});
    env.workers().run(Lane.LOG, () -> ran.add("not begun"), env.loop(), _ -> {});
    await(begun);
    var closer = Thread.ofPlatform().start(env::close);
    while (closer.getState() != Thread.State.TIMED_WAITING) {
      Thread.onSpinWait();
    }
    gate.countDown();
    env.close();
    assertThat(ran).containsExactly("under way");
  }

  @Test
  void streams_of_chance_differ_and_entropy_has_the_length_asked_for() {
    assertThat(env.random("a").nextLong()).isNotEqualTo(env.random("b").nextLong());
    assertThat(env.random("a").nextLong()).isNotEqualTo(env.random("a").nextLong());
    assertThat(env.entropy(16)).hasSize(16).isNotEqualTo(env.entropy(16));
    assertThat(env.fault("anything")).isFalse();
  }

  @Test
  void an_environment_on_a_loop_that_was_there_leaves_it_running() {
    var other = RealEnv.on(env.loop(), directory, "guest", fatal::complete);
    var home = new CompletableFuture<Integer>();
    other.workers().run(Lane.READ, () -> 1, other.loop(), home::complete);
    assertThat(home.orTimeout(60, TimeUnit.SECONDS).join()).isEqualTo(1);
    other.close();
    assertThat(onLoop()).isEqualTo("env-under-test");
  }
}
