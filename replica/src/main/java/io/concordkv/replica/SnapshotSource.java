package io.concordkv.replica;

import io.concordkv.base.Bytes;
import io.concordkv.raft.SnapshotMark;
import org.jspecify.annotations.Nullable;

/// A state in chunks. Frozen when it was made; read by one worker at a time.
public interface SnapshotSource extends AutoCloseable {
  SnapshotMark mark();

  /// The next chunk, at most about a megabyte; null at the end.
  @Nullable Bytes next();

  @Override
  void close();
}
