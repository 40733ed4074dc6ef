package io.concordkv.node;

import io.concordkv.base.CorruptionError;
import io.concordkv.base.env.Env;
import io.concordkv.node.shard.ShardListener;
import io.concordkv.node.shard.ShardStateMachine;
import io.concordkv.raft.SnapshotMark;
import io.concordkv.replica.ReplicaHost;
import io.concordkv.storage.engine.lsm.LsmEngine;
import org.jspecify.annotations.Nullable;

/// A shard's state as it was found on the disk.
///
/// @param discarded why what was found had to be given up; null if it is what it was
record StoredShard(ShardStateMachine shard, @Nullable String discarded) {
  private static final String DIRECTORY = "state";

  /// Opens the state. If it is damaged, and other members have it, an empty one takes its place,
  /// which is filled from theirs; the log stays.
  static StoredShard open(
      Env env, NodeConfig config, ReplicaHost host, SnapshotMark start, ShardListener listener) {
    try {
      return new StoredShard(read(env, config, host, start, listener), null);
    } catch (CorruptionError damaged) {
      if (!host.mayRenew(Node.GROUP)) {
        throw damaged;
      }
      LsmEngine.discard(env.files(), DIRECTORY);
      var empty = read(env, config, host, start, listener);
      return new StoredShard(empty, String.valueOf(damaged.getMessage()));
    }
  }

  private static ShardStateMachine read(
      Env env, NodeConfig config, ReplicaHost host, SnapshotMark start, ShardListener listener) {
    var engine = LsmEngine.open(env, DIRECTORY, config.lsm());
    try {
      if (engine.mark() > 0 && !host.has(Node.GROUP)) {
        throw new CorruptionError(
            "the log in "
                + env.files().describe("wal")
                + " is empty, but the state beside it is not: the log was lost. Replace this member"
                + " under a new id; with its old one it could vote twice");
      }
      return new ShardStateMachine(
          env, engine, config.mvcc(), config.watch(), config.electionTimeout(), start, listener);
    } catch (CorruptionError damaged) {
      engine.close();
      throw damaged;
    }
  }
}
