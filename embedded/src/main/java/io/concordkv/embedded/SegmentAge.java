package io.concordkv.embedded;

import io.concordkv.base.env.Env;
import io.concordkv.storage.wal.Wal;
import java.time.Duration;

/// Has a segment of the log left when what stands in it grows old.
///
/// An age counts from the first record that was seen in a segment, so a store in which nothing is
/// written has no timer. Owned by the store's loop.
final class SegmentAge {
  private static final Duration RETRY = Duration.ofSeconds(1);

  private final Env env;
  private final Wal wal;
  private final Duration age;
  private final Runnable turned;
  private long segment = -1;
  private long since;
  private boolean ticking;
  private boolean stopped;

  /// @param turned runs when a segment was left
  SegmentAge(Env env, Wal wal, Duration age, Runnable turned) {
    this.env = env;
    this.wal = wal;
    this.age = age;
    this.turned = turned;
  }

  /// Something was appended.
  void appended() {
    look();
    if (!ticking) {
      tick(age);
    }
  }

  /// The log is about to be closed.
  void stop() {
    stopped = true;
  }

  private void look() {
    if (wal.newest() != segment) {
      segment = wal.newest();
      since = env.clock().nanos();
    }
  }

  private void tick(Duration delay) {
    ticking = true;
    var _ = env.loop().after(delay, this::expired);
  }

  private void expired() {
    ticking = false;
    look();
    if (stopped || wal.end() == segment) {
      return;
    }
    var left = age.minusNanos(env.clock().nanos() - since);
    if (left.isPositive()) {
      tick(left);
    } else if (wal.outOfSpace() || !wal.canTurn()) {
      tick(RETRY.compareTo(age) < 0 ? RETRY : age);
    } else {
      wal.turn(turned);
    }
  }
}
