package io.concordkv.embedded;

import io.concordkv.base.Bytes;
import io.concordkv.base.ConcordException;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.WriteBatch;
import java.util.List;
import java.util.function.Consumer;

/// A batch on its way into the store.
///
/// @param reply is told once, on the loop
record Commit(WriteBatch batch, Claims claims, Consumer<Outcome> reply) {
  /// What must not have been written after the commit with the number `since`, or the batch is not
  /// written either.
  record Claims(long since, List<Bytes> keys, List<KeyRange> ranges) {
    static final Claims NONE = new Claims(0, List.of(), List.of());

    boolean isEmpty() {
      return keys.isEmpty() && ranges.isEmpty();
    }
  }

  /// What became of it.
  sealed interface Outcome {
    /// As durable as the mode says, and visible.
    record Done(long sequence) implements Outcome {}

    record Conflicted(String why) implements Outcome {}

    /// Nothing of it was written.
    record Refused(ConcordException why) implements Outcome {}

    /// The store was closed before it came.
    record Late() implements Outcome {}
  }
}
