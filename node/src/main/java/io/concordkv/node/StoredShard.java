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
/// @param engine what the shard's state lies in
/// @param discarded why what was found had to be given up; null if it is what it was
record StoredShard(ShardStateMachine shard, LsmEngine engine, @Nullable String discarded) {
  private static final String DIRECTORY = "state";

  /// Opens the state. If it is damaged, and other members have it, an empty one takes its place,
  /// which is filled from theirs; the log stays.
  static StoredShard open(
      Env env, NodeConfig config, ReplicaHost host, SnapshotMark start, ShardListener listener) {
    try {
      return read(env, config, host, start, listener, null);
    } catch (CorruptionError damaged) {
      if (!host.mayRenew(Node.GROUP)) {
        throw damaged;
      }
      LsmEngine.discard(env.files(), DIRECTORY);
      var why = String.valueOf(damaged.getMessage());
      return read(env, config, host, start, listener, why);
    }
  }

  private static StoredShard read(
      Env env,
      NodeConfig config,
      ReplicaHost host,
      SnapshotMark start,
      ShardListener listener,
      @Nullable String discarded) {
    var engine = LsmEngine.openInStep(env, DIRECTORY, config.lsm());
    try {
      if (engine.mark() > 0 && !host.has(Node.GROUP)) {
        throw new CorruptionError(
            "the log in "
                + env.files().describe("wal")
                + " is empty, but the state beside it is not: the log was lost. Replace this member"
                + " under a new id; with its old one it could vote twice");
      }
      var shard =
          new ShardStateMachine(
              env,
              engine,
              config.bars(),
              config.mvcc(),
              config.watch(),
              config.upkeep().snapshotChunkBytes(),
              config.electionTimeout(),
              start,
              listener);
      return new StoredShard(shard, engine, discarded);
    } catch (CorruptionError damaged) {
      engine.close();
      throw damaged;
    }
  }
}
