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
}
