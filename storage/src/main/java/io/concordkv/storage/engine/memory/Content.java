package io.concordkv.storage.engine.memory;

import io.concordkv.base.Bytes;
import io.concordkv.storage.engine.KeyRange;
import org.jspecify.annotations.Nullable;

/// The pairs of an engine in memory. Written by one thread, its loop.
///
/// What was frozen at a moment may be read by other threads until that moment is over; they get it
/// through a hand-over that orders memory, so only what is changed *after* the freezing needs care:
/// it must be put where no reader of an open moment looks, or be published with release.
public interface Content {
  @Nullable Bytes get(Bytes key);

  void put(Bytes key, Bytes value);

  /// Harmless if there is no such key.
  void delete(Bytes key);

  /// Puts a pair whose key is above all others; how a content is filled from one that is sorted.
  default void append(Bytes key, Bytes value) {
    put(key, value);
  }

  /// The pairs as they are now, until `moment` is over.
  Frozen freeze(Moment moment);

  /// After each batch: the place to tidy up, a little at a time.
  default void tidy() {}

  /// Gives back all room that can be given back.
  default void reclaim() {}

  /// How many pairs there are.
  long count();

  /// About how much memory it takes.
  long bytes();

  /// Fails with an [io.concordkv.base.InvariantError] unless the structure is what it should be.
  /// Takes as long as reading everything; for tests and for a person in doubt.
  default void validate() {}

  /// A content at a moment.
  interface Frozen {
    @Nullable Bytes get(Bytes key);

    /// A walk that stands nowhere yet and will be asked for keys in `range` only.
    Walk walk(KeyRange range);
  }
}
