package io.concordkv.storage.engine.memory;

import io.concordkv.base.Bytes;
import org.jspecify.annotations.Nullable;

/// A place among ordered pairs that moves both ways. Only where it is [#valid()] it moves by one
/// and has a key.
public interface Walk {
  boolean valid();

  /// Goes to the first pair at or above `key`.
  void toCeiling(Bytes key);

  /// Goes to the last pair below `key`; with null, to the very last.
  void toLower(@Nullable Bytes key);

  void next();

  void previous();

  Bytes key();

  Bytes value();
}
