package io.concordkv.embedded;

import io.concordkv.base.env.Env;
import java.time.Duration;
import java.util.function.LongConsumer;

/// Holds up the thread of a caller that copies, so that it reads no faster than it may.
final class Throttle implements LongConsumer {
  private static final Duration LEAST = Duration.ofMillis(5);

  private final Env env;
  private final Calls calls;
  private final double nanosPerByte;
  private final long start;
  private double bytes;

  Throttle(Env env, Calls calls, long bytesPerSecond) {
    this.env = env;
    this.calls = calls;
    nanosPerByte = 1e9 / bytesPerSecond;
    start = env.clock().nanos();
  }

  /// Called with what was read. Fails if the store has stopped.
  @Override
  public void accept(long read) {
    calls.check();
    bytes += read;
    var ahead = Duration.ofNanos((long) (bytes * nanosPerByte) - (env.clock().nanos() - start));
    if (ahead.compareTo(LEAST) > 0) {
      Boolean _ =
          calls.ask(
              env.loop(),
              answer -> {
                var _ = env.loop().after(ahead, () -> answer.complete(true));
              });
    }
  }
}
