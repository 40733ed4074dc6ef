package io.concordkv.embedded;

/// Somebody has kept a lock for longer than the one who waits may wait ([LockOptions#timeout()]);
/// the message says who. A write that ends like this has written nothing. A transaction has the
/// locks that it had, and may try once more or be closed.
public final class LockTimeoutException extends RuntimeException {
  LockTimeoutException(String why) {
    super(why);
  }
}
