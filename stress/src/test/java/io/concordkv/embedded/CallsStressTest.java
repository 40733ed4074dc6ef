package io.concordkv.embedded;

import static io.concordkv.stress.Stress.shared;
import static io.concordkv.stress.Stress.together;

import io.concordkv.base.Check;
import io.concordkv.base.env.Scheduler;
import io.concordkv.base.env.Timer;
import io.concordkv.stress.Stress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class CallsStressTest {
  /// A loop that keeps its task for whoever runs it.
  private static final class Kept implements Scheduler {
    final AtomicReference<@Nullable Runnable> task = new AtomicReference<>();

    @Override
    public void post(Runnable posted) {
      task.set(posted);
    }

    @Override
    public Timer after(Duration delay, Runnable posted) {
      throw new UnsupportedOperationException();
    }
  }

  private static void askInVain(Calls calls, Kept loop) {
    try {
      CompletableFuture<Boolean> none = new CompletableFuture<>();
      Boolean _ = calls.ask(loop, answer -> none.complete(true));
      throw new AssertionError("nobody has answered");
    } catch (StoppedException told) {
      // So it should.
    }
  }

  @Test
  void nobody_waits_for_a_store_that_has_stopped() {
    Stress.told(() -> {
      var calls = shared(new Calls());
      var loop = shared(new Kept());
      together(() -> askInVain(calls, loop), () -> calls.end(StoppedException.closed()));
    });
  }

  @Test
  void an_answer_gets_to_who_waits_or_is_too_late() {
    Stress.told(() -> {
      var calls = shared(new Calls());
      var loop = shared(new Kept());
      together(
          () -> {
            Integer answer = calls.ask(loop, each -> each.complete(7));
            Check.that(answer == 7, "the answer is that of the task");
          },
          () -> {
            for (var task = loop.task.get(); ; task = loop.task.get()) {
              if (task != null) {
                task.run();
                return;
              }
              Thread.onSpinWait();
            }
          });
    });
  }

  @Test
  void the_first_reason_for_the_end_stays() {
    var broken = StoppedException.failed(new Error("a disk"));
    var ended = StoppedException.closed();
    Stress.told(() -> {
      var calls = shared(new Calls());
      var first = new AtomicReference<@Nullable StoppedException>();
      var second = new AtomicReference<@Nullable StoppedException>();
      together(
          () -> {
            calls.end(broken);
            first.set(reason(calls));
          },
          () -> {
            calls.end(ended);
            second.set(reason(calls));
          });
      Check.that(first.get() == second.get(), "all are told the same");
      Check.that(first.get() == reason(calls), "and it stays so");
    });
  }

  private static @Nullable StoppedException reason(Calls calls) {
    try {
      calls.check();
      return null;
    } catch (StoppedException why) {
      return why;
    }
  }
}
