package io.concordkv.embedded;

import io.concordkv.base.Bytes;
import io.concordkv.base.ConcordException;
import io.concordkv.base.ErrorCode;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.WriteBatch;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A batch on its way into the store.
///
/// @param transaction the number of the one that has locked all of it, or [#NO_TRANSACTION]
/// @param reply is told once, on the loop
record Commit(WriteBatch batch, Claims claims, long transaction, Consumer<Outcome> reply) {
  static final long NO_TRANSACTION = 0;

  /// Why it is not taken, if its batch has more than so many bytes; else null.
  @Nullable Outcome tooLarge(int most) {
    if (batch.bytes() + (long) GroupRecord.CHANGE_BYTES * batch.changes().size() <= most) {
      return null;
    }
    return new Outcome.Refused(
        new ConcordException(
            ErrorCode.REQUEST_TOO_LARGE,
            "a batch has more than the " + most + " bytes that it may have"));
  }

  /// What must not have been written after the commit with the number `since`, or the batch is not
  /// written either.
  record Claims(long since, List<Bytes> keys, List<KeyRange> ranges) {
    static final Claims NONE = new Claims(0, List.of(), List.of());

    boolean isEmpty() {
      return keys.isEmpty() && ranges.isEmpty();
    }
  }

  /// What became of it, or of a wish for a lock.
  sealed interface Outcome {
    /// For whoever asked: returns if it is there, and throws why not.
    default void orThrow() {
      switch (this) {
        case Done _ -> {}
        case Conflicted(var why) -> throw new ConflictException(why);
        case GaveWay(var to, var why) -> throw new DeadlockException(to, why);
        case TimedOut(var why) -> throw new LockTimeoutException(why);
        case Refused(var why) -> throw why;
        case Late _ -> throw StoppedException.closed();
      }
    }

    /// As durable as the mode says, and visible: the commit, or all that was written to what is
    /// locked now.
    record Done(long sequence) implements Outcome {}

    record Conflicted(String why) implements Outcome {}

    /// The transaction had to give way to an older one, that with the number `to`.
    record GaveWay(long to, String why) implements Outcome {}

    /// A lock was not to be had in time.
    record TimedOut(String why) implements Outcome {}

    /// Nothing of it was written.
    record Refused(ConcordException why) implements Outcome {}

    /// The store was closed before it came.
    record Late() implements Outcome {}
  }
}
