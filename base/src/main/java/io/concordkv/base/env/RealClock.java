package io.concordkv.base.env;

import java.time.Instant;

/// The clocks of the machine.
final class RealClock implements Clock {
  @Override
  public long nanos() {
    return System.nanoTime();
  }

  @Override
  public Instant wall() {
    return Instant.now();
  }
}
