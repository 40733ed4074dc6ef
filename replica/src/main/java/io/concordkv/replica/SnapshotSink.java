package io.concordkv.replica;

import io.concordkv.base.Bytes;
import io.concordkv.raft.SnapshotMark;

/// Builds a state beside the living one, from parts in the order in which the source gave them.
public interface SnapshotSink {
  /// The next part. Runs on a worker.
  void add(Bytes content);

  /// The next part, taken from the living state if that has a part called `name` whose content has
  /// this digest; false, and nothing added, if it has not. Runs on a worker.
  boolean addOwn(Bytes name, Bytes digest);

  /// All parts are there: makes them durable. Runs on a worker.
  void seal();

  /// Puts what was built in the place of the state, in one durable step, then runs `done`. Called
  /// on the loop.
  void install(SnapshotMark mark, Runnable done);

  /// Throws away what was built.
  void abandon();
}
