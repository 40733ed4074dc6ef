package io.concordkv.base.env;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/// An event loop: runs one task after the other, in the order in which they were posted.
public interface Scheduler {
  /// Runs `task` on the loop, after all that was posted before. May be called by any thread.
  void post(Runnable task);

  /// As [#post], for a thread that would then wait: if the loop is idle, this thread is the loop
  /// until `done`, or until nothing is left to run, which saves changes of the thread. It may come
  /// back before it is done.
  default void postAndHelp(Runnable task, BooleanSupplier done) {
    post(task);
  }

  /// Runs `task` on the loop once `delay` has passed. Called on the loop.
  Timer after(Duration delay, Runnable task);
}
