package io.concordkv.storage.engine;

/// Reads a file of a store and checks it, bit by bit, past all caches. The file is kept until this
/// is closed. Used by one worker at a time, but begun and closed by the loop.
public interface Scrub extends AutoCloseable {
  /// Checks on, for about `bytes` bytes or up to the end, and returns how many it read; 0 when all
  /// was read. Damage is a [io.concordkv.base.CorruptionError], and the end.
  long step(long bytes);

  @Override
  void close();
}
