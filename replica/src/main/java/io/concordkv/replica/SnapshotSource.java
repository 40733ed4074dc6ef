package io.concordkv.replica;

import io.concordkv.raft.SnapshotMark;
import org.jspecify.annotations.Nullable;

/// A state in parts. Frozen when it was made; read by one worker at a time.
public interface SnapshotSource extends AutoCloseable {
  SnapshotMark mark();

  /// The next part, at most about a megabyte unless a single value is larger; null at the end.
  @Nullable SnapshotPart next();

  @Override
  void close();
}
