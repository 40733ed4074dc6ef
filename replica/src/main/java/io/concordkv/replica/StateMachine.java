package io.concordkv.replica;

import io.concordkv.raft.Entry;
import io.concordkv.raft.Role;
import io.concordkv.raft.SnapshotMark;
import java.util.List;

/// What a group replicates. Owned by its loop; all methods are called there.
public interface StateMachine {
  /// Up to where the state has everything, and the configuration there: stored in the same batch as
  /// the state, so it is exact after any crash.
  SnapshotMark applied();

  /// Up to which index a crash cannot take the state back. The log is needed from there on.
  long durableIndex();

  /// Asks for the state, as it is now, to become durable soon, so that the log can be trimmed. One
  /// that becomes durable by itself as it goes is asked only where that is not enough.
  void flush();

  /// Applies entries (of every kind) strictly in order, then runs `done`: at once, or later. The
  /// next batch does not come before. A CONFIGURATION entry holds an
  /// [io.concordkv.raft.ConfigurationEntry], whose context is the state machine's own. `after` is
  /// the position of the last entry with the configuration in force behind it; both have to be
  /// stored with the state.
  void apply(List<Entry> entries, SnapshotMark after, Runnable done);

  /// The state as it is now or soon, to be streamed to a peer.
  ///
  /// @param from it has everything up to here, if this has been applied
  /// @param bare without what is stored for clients: for a witness
  SnapshotSource snapshot(long from, boolean bare);

  /// Gets a new state from a peer.
  SnapshotSink restore();

  /// The member's role, term or leader changed. `leader` 0: unknown.
  void lead(Role role, long term, long leader);
}
