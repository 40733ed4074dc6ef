package io.concordkv.base.env;

import java.time.Duration;

/// An event loop: runs one task after the other, in the order in which they were posted.
public interface Scheduler {
  /// Runs `task` on the loop, after all that was posted before. May be called by any thread.
  void post(Runnable task);

  /// Runs `task` on the loop once `delay` has passed. Called on the loop.
  Timer after(Duration delay, Runnable task);
}
