package io.concordkv.bench.engines;

import io.concordkv.base.Bytes;
import org.jspecify.annotations.Nullable;

/// Reads a target; for one thread.
interface Reader extends AutoCloseable {
  @Nullable Bytes get(Bytes key);

  /// Reads up to `limit` pairs from `from` on and returns a sum over them, so that none is left
  /// out: for each pair the length of the key and the first byte of the value.
  long scan(Bytes from, int limit);

  /// As [#scan], from the last pair downwards.
  long scanBack(int limit);

  @Override
  void close();

  /// What a scan adds up for a pair.
  static long sumOf(byte[] key, byte[] value) {
    return key.length + (long) value[0];
  }
}
