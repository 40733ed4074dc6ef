package io.concordkv.cli;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/// Waits for what other processes do.
final class Eventually {
  private Eventually() {}

  /// @return how long it took
  static Duration holds(String what, Duration limit, BooleanSupplier condition) {
    var begun = System.nanoTime();
    var never = new CountDownLatch(1);
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - begun - limit.toNanos() > 0) {
        throw new AssertionError("not within " + limit + ": " + what);
      }
      try {
        var _ = never.await(5, TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
    return Duration.ofNanos(System.nanoTime() - begun);
  }
}
