package io.concordkv.embedded;

import io.concordkv.base.Bytes;
import io.concordkv.base.ConcordException;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.WriteBatch;
import java.util.List;
import java.util.function.Consumer;

/// A batch on its way into the store.
///
/// @param transaction the number of the one that has locked all of it, or [#NO_TRANSACTION]
/// @param reply is told once, on the loop
record Commit(WriteBatch batch, Claims claims, long transaction, Consumer<Outcome> reply) {
  static final long NO_TRANSACTION = 0;

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
