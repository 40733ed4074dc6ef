package io.concordkv.embedded;

/// A transaction had to give way to one that it waited for, or that waited for it ([Deadlocks]). It
/// has lost its locks, nothing of it was written, and it can be run again.
public final class DeadlockException extends ConflictException {
  private final transient long to;

  DeadlockException(long to, String why) {
    super(why);
    this.to = to;
  }

  /// The number of the transaction that it gave way to.
  long to() {
    return to;
  }
}
