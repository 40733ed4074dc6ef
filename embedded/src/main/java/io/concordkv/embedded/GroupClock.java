package io.concordkv.embedded;

import io.concordkv.base.env.Clock;

/// The times of groups of commits: the time of day, which never goes back here. When the clock of
/// the machine does, groups get the newest time that there was until it has caught up.
final class GroupClock {
  private final Clock clock;
  private long newest;

  GroupClock(Clock clock) {
    this.clock = clock;
  }

  /// A group of an earlier life has this time.
  void saw(long time) {
    newest = Math.max(newest, time);
  }

  /// The time of the next group, in milliseconds since 1970.
  long next() {
    saw(clock.wall().toEpochMilli());
    return newest;
  }
}
