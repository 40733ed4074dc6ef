package io.concordkv.base.env;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordkv.base.InvariantError;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Time is a number that the test moves; the thread is real.
final class EventLoopTest {
  private final AtomicLong nanos = new AtomicLong();
  private final CompletableFuture<Throwable> escaped = new CompletableFuture<>();
  private final EventLoop loop =
      new EventLoop("loop-under-test", new MovedClock(), escaped::complete);

  private final class MovedClock implements Clock {
    @Override
    public long nanos() {
      return nanos.get();
    }

    @Override
    public Instant wall() {
      return Instant.EPOCH;
    }
  }

  @BeforeEach
  void start() {
    loop.start();
  }

  @AfterEach
  void stop() {
    loop.stop();
  }

  static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /// Runs `task` on the loop and waits until everything that was posted before is done too.
  private void onLoop(Runnable task) {
    var done = new CompletableFuture<Boolean>();
    loop.post(() -> {
      task.run();
      done.complete(true);
    });
    assertThat(done.orTimeout(60, TimeUnit.SECONDS).join()).isTrue();
  }

  private void moveTo(long now) {
    nanos.set(now);
    onLoop(() -> {});
    // Timers run behind the posted tasks of the same turn.
    onLoop(() -> {});
  }

  @Test
  void tasks_run_one_after_the_other_in_the_order_of_posting() {
    var ran = new ArrayList<Integer>();
    for (int i = 0; i < 1000; i++) {
      int number = i;
      loop.post(() -> ran.add(number));
    }
    onLoop(() -> {});
    assertThat(ran).hasSize(1000).isSorted();
  }

  @Test
  void what_a_task_posts_runs_behind_what_was_posted_before() {
    var ran = new ArrayList<String>();
    var gate = new CountDownLatch(1);
    loop.post(() -> {
      await(gate);
      loop.post(() -> ran.add("inner"));
    });
    loop.post(() -> ran.add("outer"));
    gate.countDown();
    onLoop(() -> {});
    onLoop(() -> {});
    assertThat(ran).containsExactly("outer", "inner");
  }

  @Test
  void no_wake_up_is_lost_when_many_threads_post() throws Exception {
    int threads = 4;
    int each = 5_000;
    var ran = new AtomicInteger();
    var lastOf = new int[threads];
    var done = new CountDownLatch(threads * each);
    var posters = new ArrayList<Thread>();
    for (int t = 0; t < threads; t++) {
      int thread = t;
      posters.add(
          Thread.ofPlatform()
              .start(() -> {
                for (int i = 1; i <= each; i++) {
                  int number = i;
                  loop.post(() -> {
                    if (lastOf[thread] == number - 1) {
                      lastOf[thread] = number;
                      ran.incrementAndGet();
                    }
                    done.countDown();
                  });
                  if (i % 50 == 0) {
                    // Lets the loop fall asleep now and then.
                    onLoop(() -> {});
                  }
                }
              }));
    }
    for (var poster : posters) {
      poster.join();
    }
    await(done);
    assertThat(ran).hasValue(threads * each);
  }

  @Test
  void timers_run_at_their_time_in_the_order_of_their_deadlines() {
    var ran = new ArrayList<String>();
    onLoop(() -> {
      loop.after(Duration.ofHours(2), () -> ran.add("two"));
      loop.after(Duration.ofHours(1), () -> ran.add("one"));
      loop.after(Duration.ofHours(1), () -> ran.add("one, set later"));
      loop.after(Duration.ofHours(1), () -> ran.add("never")).cancel();
    });
    moveTo(Duration.ofHours(1).toNanos() - 1);
    assertThat(ran).isEmpty();
    moveTo(Duration.ofHours(1).toNanos());
    assertThat(ran).containsExactly("one", "one, set later");
    moveTo(Duration.ofHours(2).toNanos());
    assertThat(ran).hasSize(3).endsWith("two");
  }

  @Test
  void a_timer_that_is_due_wakes_a_sleeping_loop() {
    var rang = new CountDownLatch(1);
    loop.post(() -> {
      loop.after(Duration.ofMillis(1), rang::countDown);
      nanos.set(Duration.ofMillis(1).toNanos());
    });
    await(rang);
  }

  @Test
  void a_busy_loop_does_not_starve_its_timers() {
    var rang = new CountDownLatch(1);
    var busy =
        new Runnable() {
          @Override
          public void run() {
            if (rang.getCount() > 0) {
              loop.post(this);
            }
          }
        };
    loop.post(() -> {
      loop.after(Duration.ZERO, rang::countDown);
      busy.run();
    });
    await(rang);
  }

  @Test
  void a_timer_can_only_be_set_on_the_loop() {
    assertThatThrownBy(() -> loop.after(Duration.ZERO, () -> {}))
        .isInstanceOf(InvariantError.class);
    onLoop(() -> assertThat(loop.isCurrent()).isTrue());
    assertThat(loop.isCurrent()).isFalse();
  }

  @Test
  void nothing_runs_after_a_throwable_escaped() {
    var ran = new ConcurrentLinkedQueue<String>();
    var gate = new CountDownLatch(1);
    loop.post(() -> await(gate));
    loop.post(() -> {
      throw new IllegalStateException("broken");
    });
    loop.post(() -> ran.add("behind it"));
    gate.countDown();
    assertThat(escaped.orTimeout(60, TimeUnit.SECONDS).join()).hasMessage("broken");
    loop.post(() -> ran.add("later"));
    loop.stop();
    assertThat(ran).isEmpty();
  }

  @Test
  void stopping_waits_for_the_task_that_runs_and_starts_no_other() {
    var ran = new ConcurrentLinkedQueue<String>();
    var begun = new CountDownLatch(1);
    var gate = new CountDownLatch(1);
    loop.post(() -> {
      begun.countDown();
      await(gate);
      ran.add("under way");
    });
    loop.post(() -> ran.add("not begun"));
    await(begun);
    loop.halt();
    gate.countDown();
    loop.stop();
    assertThat(ran).containsExactly("under way");
  }

  @Test
  void a_loop_can_stop_itself() {
    var stopped = new CountDownLatch(1);
    loop.post(() -> {
      loop.stop();
      stopped.countDown();
    });
    await(stopped);
    loop.stop();
    assertThat(escaped).isNotDone();
  }

  @Test
  void whoever_would_wait_runs_the_task_if_the_loop_is_idle() {
    var ran = new ArrayList<Thread>();
    onLoop(() -> {});
    // The loop may still have its turn; sooner or later it sleeps.
    for (int i = 0; !ran.contains(Thread.currentThread()); i++) {
      assertThat(i).isLessThan(1_000_000);
      var done = new CompletableFuture<Boolean>();
      loop.postAndHelp(
          () ->
              loop.post(() -> {
                assertThat(loop.isCurrent()).isTrue();
                ran.add(Thread.currentThread());
                done.complete(true);
              }),
          done::isDone);
      assertThat(done.orTimeout(60, TimeUnit.SECONDS).join()).isTrue();
    }
    assertThat(loop.isCurrent()).isFalse();
  }

  @Test
  void one_thread_at_a_time_has_the_turn_and_nothing_is_left_lying() {
    var counts = new int[1];
    var helpers = new ArrayList<CompletableFuture<Void>>();
    int each = 20_000;
    for (int i = 0; i < 4; i++) {
      helpers.add(
          CompletableFuture.runAsync(
              () -> {
                for (int j = 0; j < each; j++) {
                  var done = new CompletableFuture<Boolean>();
                  Runnable task =
                      () -> {
                        counts[0]++;
                        loop.post(() -> done.complete(true));
                      };
                  if (j % 3 == 0) {
                    loop.post(task);
                  } else {
                    loop.postAndHelp(task, done::isDone);
                  }
                  assertThat(done.orTimeout(60, TimeUnit.SECONDS).join()).isTrue();
                }
              },
              command -> new Thread(command).start()));
    }
    helpers.forEach(CompletableFuture::join);
    onLoop(() -> assertThat(counts[0]).isEqualTo(4 * each));
  }

  @Test
  void a_timer_that_a_helper_set_rings_though_nothing_is_posted() {
    var rang = new CountDownLatch(1);
    onLoop(() -> {});
    loop.postAndHelp(() -> loop.after(Duration.ofMillis(5), rang::countDown), () -> true);
    nanos.set(Duration.ofMillis(5).toNanos());
    await(rang);
  }

  @Test
  void a_throwable_that_escapes_a_helper_stops_the_loop_and_not_the_helper() {
    onLoop(() -> {});
    loop.postAndHelp(
        () -> {
          throw new IllegalStateException("broken");
        },
        () -> false);
    assertThat(escaped.orTimeout(60, TimeUnit.SECONDS).join()).hasMessage("broken");
    var ran = new ConcurrentLinkedQueue<String>();
    loop.postAndHelp(() -> ran.add("later"), () -> false);
    loop.stop();
    assertThat(ran).isEmpty();
  }

  @Test
  void an_interrupt_of_a_helper_is_kept_for_it_and_not_seen_by_tasks() {
    onLoop(() -> {});
    Thread.currentThread().interrupt();
    var seen = new AtomicInteger();
    loop.postAndHelp(
        () -> seen.addAndGet(Thread.currentThread().isInterrupted() ? 1 : 0), () -> false);
    assertThat(Thread.interrupted()).isTrue();
    onLoop(() -> assertThat(seen.get()).isZero());
  }
}
