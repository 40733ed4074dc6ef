package io.concordkv.embedded;

/// A transaction met another one that committed first. Nothing of it was written: it can be run
/// again, as [ConcordDb#transact] does.
public final class ConflictException extends RuntimeException {
  ConflictException(String why) {
    super(why);
  }
}
