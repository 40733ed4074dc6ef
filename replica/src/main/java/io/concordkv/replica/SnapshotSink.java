package io.concordkv.replica;

import io.concordkv.base.Bytes;
import io.concordkv.raft.SnapshotMark;

/// Builds a state beside the living one.
public interface SnapshotSink {
  /// The next chunk, in the order in which the source gave them. Runs on a worker.
  void add(Bytes chunk);

  /// All chunks are there: makes them durable. Runs on a worker.
  void seal();

  /// Puts what was built in the place of the state, in one durable step, then runs `done`. Called
  /// on the loop.
  void install(SnapshotMark mark, Runnable done);

  /// Throws away what was built.
  void abandon();
}
