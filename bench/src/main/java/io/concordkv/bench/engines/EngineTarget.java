package io.concordkv.bench.engines;

import io.concordkv.base.Bytes;
import io.concordkv.storage.engine.Engine;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.Order;
import org.jspecify.annotations.Nullable;

/// An engine of ours.
final class EngineTarget implements Target {
  private final Engine engine;
  private final boolean offHeap;
  private final boolean ordered;

  EngineTarget(Engine engine, boolean offHeap, boolean ordered) {
    this.engine = engine;
    this.offHeap = offHeap;
    this.ordered = ordered;
  }

  @Override
  public void put(Bytes key, Bytes value) {
    engine.put(key, value);
  }

  @Override
  public @Nullable Bytes get(Bytes key) {
    return engine.get(key);
  }

  @Override
  public void delete(Bytes key) {
    engine.delete(key);
  }

  @Override
  public long scan(Bytes from, int limit) {
    long sum = 0;
    try (var cursor = engine.scan(new KeyRange(from, null), Order.ASCENDING)) {
      for (int i = 0; i < limit && cursor.next(); i++) {
        sum += cursor.key().length() + cursor.value().at(0);
      }
    }
    return sum;
  }

  @Override
  public boolean isOrdered() {
    return ordered;
  }

  @Override
  public long offHeapBytes() {
    return offHeap ? engine.sizes().memory() : 0;
  }

  @Override
  public void close() {
    engine.close();
  }
}
