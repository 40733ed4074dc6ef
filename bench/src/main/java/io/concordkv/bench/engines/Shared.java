package io.concordkv.bench.engines;

import io.concordkv.base.Bytes;
import org.jspecify.annotations.Nullable;

/// Reads a target that any thread may read.
record Shared(Target target) implements Reader {
  @Override
  public @Nullable Bytes get(Bytes key) {
    return target.get(key);
  }

  @Override
  public long scan(Bytes from, int limit) {
    return target.scan(from, limit);
  }

  @Override
  public long scanBack(int limit) {
    return target.scanBack(limit);
  }

  @Override
  public void close() {}
}
