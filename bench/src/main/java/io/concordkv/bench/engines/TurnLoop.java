package io.concordkv.bench.engines;

import io.concordkv.base.env.Scheduler;
import io.concordkv.base.env.Timer;
import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// An event loop that takes turns with the thread that measures: what was posted runs when that
/// thread comes by. So an engine is called directly, and what its workers made comes home between
/// two calls.
final class TurnLoop implements Scheduler {
  private final LinkedBlockingQueue<Runnable> posted = new LinkedBlockingQueue<>();
  private final PriorityQueue<Later> timers =
      new PriorityQueue<>(Comparator.comparingLong(Later::nanos));

  private record Later(long nanos, Runnable task) {}

  @Override
  public void post(Runnable task) {
    posted.add(task);
  }

  @Override
  public Timer after(Duration delay, Runnable task) {
    var later = new Later(System.nanoTime() + delay.toNanos(), task);
    timers.add(later);
    return () -> timers.remove(later);
  }

  /// Runs what is there.
  void turn() {
    if (posted.isEmpty() && timers.isEmpty()) {
      return;
    }
    @Nullable Runnable task;
    while ((task = posted.poll()) != null) {
      task.run();
    }
    while (!timers.isEmpty() && timers.element().nanos <= System.nanoTime()) {
      timers.remove().task.run();
    }
  }

  /// Waits up to `longest` for something to run, and runs what there is. False if there was
  /// nothing.
  boolean await(Duration longest) {
    try {
      var task = posted.poll(longest.toNanos(), TimeUnit.NANOSECONDS);
      if (task == null) {
        return false;
      }
      task.run();
    } catch (InterruptedException interrupted) {
      throw new AssertionError("nobody interrupts a benchmark", interrupted);
    }
    turn();
    return true;
  }
}
