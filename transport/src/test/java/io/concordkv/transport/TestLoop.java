package io.concordkv.transport;

import io.concordkv.base.env.Scheduler;
import io.concordkv.base.env.Timer;
import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/// A loop that the test's own thread turns.
public final class TestLoop implements Scheduler {
  private static final long PATIENCE_MILLIS = 20_000;

  private final LinkedBlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();

  @Override
  public void post(Runnable task) {
    tasks.add(task);
  }

  @Override
  public Timer after(Duration delay, Runnable task) {
    throw new UnsupportedOperationException("no transport needs time from the loop");
  }

  /// Runs what is posted until `done`.
  public void runUntil(BooleanSupplier done) {
    while (!done.getAsBoolean()) {
      try {
        var task = tasks.poll(10, TimeUnit.MILLISECONDS);
        idle = task == null ? idle + 10 : 0;
        if (idle > PATIENCE_MILLIS) {
          throw new AssertionError("nothing happened for " + idle + " ms");
        }
        if (task != null) {
          task.run();
        }
      } catch (InterruptedException interrupted) {
        throw new AssertionError(interrupted);
      }
    }
    idle = 0;
  }

  private long idle;
}
