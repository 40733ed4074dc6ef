package io.concordkv.base.env;

import static io.concordkv.stress.Stress.shared;
import static io.concordkv.stress.Stress.together;

import io.concordkv.base.Check;
import io.concordkv.stress.Stress;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// What a task counts is a plain number: two that run at once would lose one.
final class EventLoopStressTest {
  private static final class Still implements Clock {
    @Override
    public long nanos() {
      return 0;
    }

    @Override
    public Instant wall() {
      return Instant.EPOCH;
    }
  }

  private static void story(boolean helps) {
    var escaped = new AtomicReference<@Nullable Throwable>();
    var loop = shared(new EventLoop("loop-under-stress", new Still(), escaped::set));
    int[] count = shared(new int[1]);
    var left = new CountDownLatch(2);
    Runnable task =
        () -> {
          count[0]++;
          left.countDown();
        };
    loop.start();
    together(
        () -> loop.post(task),
        () -> {
          if (helps) {
            loop.postAndHelp(task, () -> false);
          } else {
            loop.post(task);
          }
        });
    await(left);
    loop.stop();
    Check.that(count[0] == 2, "each task runs once, one after the other");
    Check.that(escaped.get() == null, "nothing has failed");
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException unasked) {
      throw new AssertionError(unasked);
    }
  }

  @Test
  void what_two_threads_post_is_run() {
    Stress.told(() -> story(false));
  }

  @Test
  void what_one_posts_and_another_runs_itself_is_run() {
    Stress.told(() -> story(true));
  }
}
