package io.concordkv.storage.engine;

import io.concordkv.base.Bytes;

/// Walks over pairs. It starts before the first one.
public interface Cursor extends AutoCloseable {
  /// Goes to the next pair; false at the end.
  boolean next();

  /// Goes to the first pair at or behind `key` in the cursor's order, within its range; false if
  /// there is none. Never goes back: `key` must not lie before the pair it stands on.
  boolean seek(Bytes key);

  Bytes key();

  Bytes value();

  @Override
  void close();
}
