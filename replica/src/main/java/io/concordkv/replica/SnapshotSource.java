package io.concordkv.replica;

import io.concordkv.raft.SnapshotMark;
import org.jspecify.annotations.Nullable;

/// A state in parts. Frozen when it is ready; read by one worker at a time.
public interface SnapshotSource extends AutoCloseable {
  /// Whether it can be read by now. Asked on the loop from time to time before anything else, until
  /// it is.
  default boolean isReady() {
    return true;
  }

  SnapshotMark mark();

  /// The next part; throws a [io.concordkv.base.CorruptionError] if it is damaged, and then whoever
  /// keeps the state sees to that. It has at most about a megabyte unless a single value is larger;
  /// null at the end.
  @Nullable SnapshotPart next();

  @Override
  void close();
}
