package io.concordkv.storage.engine.lsm.table;

import io.concordkv.base.Bytes;
import org.jspecify.annotations.Nullable;

/// A place in a sorted run of keys, each of them once, that moves both ways. It stands nowhere
/// before it is sent somewhere.
public interface Run {
  /// Whether it stands on a key.
  boolean valid();

  /// Goes to the first key at or above `key`.
  void toCeiling(Bytes key);

  /// Goes to the last key below `key`; with null, to the very last.
  void toLower(@Nullable Bytes key);

  void next();

  void previous();

  Bytes key();

  /// Null if the key is deleted.
  @Nullable Bytes value();

  /// Whether the key is deleted. Cheaper than the value where that lies in another file.
  default boolean deletes() {
    return value() == null;
  }

  /// Where the value lies; null if it stands beside the key, or the key is deleted.
  default @Nullable ValueReference reference() {
    return null;
  }

  /// The ranges that it deletes of older runs; null if there are none.
  default @Nullable Deletions deletions() {
    return null;
  }
}
