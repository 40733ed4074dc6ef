package io.concordkv.embedded;

import io.concordkv.base.ConcordException;
import io.concordkv.base.ErrorCode;
import java.time.Duration;

/// How pessimistic transactions lock. Checked when made; what is out of its range is a
/// [ConcordException] with [ErrorCode#BAD_SETTING] that says the range.
///
/// @param timeout how long a transaction or a write waits for a lock before it fails with a
///   [LockTimeoutException]
/// @param deadlocks what is done about those that wait for each other
/// @param ofOne how many locks a transaction may have; a range is one, and ranges that touch are
///   one together
/// @param inAll how many all of them may have
public record LockOptions(Duration timeout, Deadlocks deadlocks, int ofOne, int inAll) {
  /// Five seconds, and deadlocks are detected.
  public static final LockOptions DEFAULT =
      new LockOptions(Duration.ofSeconds(5), Deadlocks.DETECT, 100_000, 1_000_000);

  public LockOptions {
    if (timeout.compareTo(Duration.ofMillis(1)) < 0 || timeout.compareTo(Duration.ofHours(1)) > 0) {
      throw new ConcordException(
          ErrorCode.BAD_SETTING, "a lock timeout is 1 ms to 1 h, not " + timeout);
    }
    Options.inRange("locks-of-one", ofOne, 1, 100_000_000);
    Options.inRange("locks-in-all", inAll, 1, 100_000_000);
  }

  public LockOptions withTimeout(Duration longest) {
    return new LockOptions(longest, deadlocks, ofOne, inAll);
  }

  public LockOptions withDeadlocks(Deadlocks rule) {
    return new LockOptions(timeout, rule, ofOne, inAll);
  }

  public LockOptions withLimits(int locksOfOne, int locksInAll) {
    return new LockOptions(timeout, deadlocks, locksOfOne, locksInAll);
  }
}
