package io.concordkv.storage.engine.lsm;

import io.concordkv.base.env.Clock;
import io.concordkv.storage.engine.Latencies;
import io.concordkv.storage.engine.WriteWork;

/// What a written byte costs, so that writers slow down little by little as work piles up behind
/// them, instead of being stopped when it is too much.
///
/// The price of a byte is a time, nothing as long as little is due, and rises exponentially with
/// the pressure: where it equals the time that the work in the background takes for a byte, the
/// pressure stays as it is. Nobody has to know how fast the machine is. A writer that comes later
/// than its last bytes cost owes nothing.
final class Pacing {
  /// Without pressure no byte costs anything; with all of it, so many times this one's unit.
  private static final double NANOS = 1;

  private static final double STEEPNESS = StrictMath.log(10_000);

  /// A timer is no more exact than this, so a smaller debt waits for the next write.
  private static final long LEAST_NANOS = 50_000;

  /// Nobody waits longer at a time.
  private static final long MOST_NANOS = 20_000_000;

  private final Clock clock;
  private final Latencies delays = new Latencies();
  private double price;
  private long until = Long.MIN_VALUE;
  private long written;
  private long flushed;
  private long rewritten;

  Pacing(Clock clock) {
    this.clock = clock;
  }

  /// @param pressure from 0, nothing is due, to 1, where a writer had better be stopped
  void press(double pressure) {
    price = pressure <= 0 ? 0 : NANOS * StrictMath.expm1(STEEPNESS * Math.min(pressure, 1));
  }

  void wrote(long bytes) {
    written += bytes;
    if (price > 0) {
      long now = clock.nanos();
      until = Math.max(until, now) + (long) (price * bytes);
      until = Math.min(until, now + MOST_NANOS);
      delays.add(until - now);
    }
  }

  void flushed(long bytes) {
    flushed += bytes;
  }

  void rewrote(long bytes) {
    rewritten += bytes;
  }

  /// How long a writer should wait now.
  long delayNanos() {
    if (until == Long.MIN_VALUE) {
      return 0;
    }
    long delay = until - clock.nanos();
    if (delay <= 0) {
      until = Long.MIN_VALUE;
    }
    return delay < LEAST_NANOS ? 0 : delay;
  }

  WriteWork work() {
    return new WriteWork(written, flushed, rewritten, delays.metrics("delay"));
  }
}
