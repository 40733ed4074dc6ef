package io.concordkv.base.env;

import java.time.Instant;

/// Two clocks that must not be mixed up.
public interface Clock {
  /// Nanoseconds since an arbitrary start; never runs backwards. Compare with `a - b <= 0`.
  long nanos();

  /// The time of day, which may jump. For people to read, never for a decision.
  Instant wall();
}
