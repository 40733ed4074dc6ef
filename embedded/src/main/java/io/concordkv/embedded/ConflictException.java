package io.concordkv.embedded;

/// A transaction met another one that was there first. Nothing of it was written: it can be run
/// again, as [ConcordDb#transact] does.
public sealed class ConflictException extends RuntimeException permits DeadlockException {
  ConflictException(String why) {
    super(why);
  }
}
