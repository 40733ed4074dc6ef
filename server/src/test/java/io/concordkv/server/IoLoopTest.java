package io.concordkv.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class IoLoopTest {
  private final CompletableFuture<Throwable> fatal = new CompletableFuture<>();
  private final IoLoop loop = IoLoop.open(fatal::complete);

  @AfterEach
  void close() {
    loop.close();
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void tasks_of_all_threads_run_on_one_thread_in_the_order_of_posting() {
    var threads = new ConcurrentLinkedQueue<String>();
    var ran = new ArrayList<Integer>();
    var done = new CountDownLatch(1000);
    for (int i = 0; i < 1000; i++) {
      int number = i;
      loop.post(() -> {
        threads.add(Thread.currentThread().getName());
        ran.add(number);
        done.countDown();
      });
    }
    await(done);
    assertThat(ran).hasSize(1000).isSorted();
    assertThat(threads).containsOnly(threads.element());
  }

  @Test
  void a_timer_runs_behind_an_earlier_one_and_a_cancelled_one_never() {
    var ran = new ArrayList<String>();
    var done = new CountDownLatch(1);
    loop.post(() -> {
      loop.after(
          Duration.ofMillis(20),
          () -> {
            ran.add("later");
            done.countDown();
          });
      loop.after(Duration.ofMillis(1), () -> ran.add("cancelled")).cancel();
      loop.after(Duration.ofMillis(1), () -> ran.add("sooner"));
    });
    await(done);
    assertThat(ran).containsExactly("sooner", "later");
  }

  @Test
  void what_escapes_a_task_or_a_timer_is_fatal() {
    loop.post(() -> {
      throw new IllegalStateException("broken task");
    });
    assertThat(fatal.orTimeout(60, TimeUnit.SECONDS).join()).hasMessage("broken task");
    var late = new CompletableFuture<Throwable>();
    try (var other = IoLoop.open(late::complete)) {
      other.post(() ->
          other.after(
              Duration.ofMillis(1),
              () -> {
                throw new IllegalStateException("broken timer");
              }));
      assertThat(late.orTimeout(60, TimeUnit.SECONDS).join()).hasMessage("broken timer");
    }
  }

  @Test
  void what_was_posted_before_closing_runs_and_what_comes_behind_is_dropped() {
    var ran = new ArrayList<String>();
    var gate = new CountDownLatch(1);
    loop.post(() -> await(gate));
    loop.post(() -> ran.add("before"));
    gate.countDown();
    loop.close();
    loop.post(() -> ran.add("behind"));
    assertThat(ran).containsExactly("before");
    assertThat(fatal).isNotDone();
  }
}
