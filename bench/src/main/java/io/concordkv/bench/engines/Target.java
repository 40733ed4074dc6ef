package io.concordkv.bench.engines;

import io.concordkv.base.Bytes;
import org.jspecify.annotations.Nullable;

/// What is measured: an ordered map of bytes, or one without an order.
interface Target extends AutoCloseable {
  void put(Bytes key, Bytes value);

  @Nullable Bytes get(Bytes key);

  void delete(Bytes key);

  /// Reads up to `limit` pairs from `from` on and returns a sum over them, so that none is left
  /// out.
  long scan(Bytes from, int limit);

  boolean isOrdered();

  /// Bytes that it holds outside of the heap.
  long offHeapBytes();

  @Override
  void close();
}
