package io.concordkv.mvcc.lease;

import io.concordkv.base.env.Clock;
import java.time.Duration;
import java.time.Instant;

/// Elapsed time that only tests move, and a time of day that they move apart from it.
final class JumpingClock implements Clock {
  // Elapsed time has an arbitrary start, so it may overflow at any moment.
  private long nanos = Long.MAX_VALUE - Duration.ofSeconds(3).toNanos();
  private Instant wall = Instant.parse("2026-01-01T00:00:00Z");

  void run(Duration time) {
    nanos += time.toNanos();
    wall = wall.plus(time);
  }

  void jump(Duration by) {
    wall = wall.plus(by);
  }

  @Override
  public long nanos() {
    return nanos;
  }

  @Override
  public Instant wall() {
    return wall;
  }
}
