package io.concordkv.node;

import io.concordkv.base.ConcordException;
import io.concordkv.base.ErrorCode;
import io.concordkv.base.env.Env;
import io.concordkv.base.env.Workers.Lane;
import io.concordkv.mvcc.MvccStore.KeyspaceHash;
import io.concordkv.node.command.Standing;
import io.concordkv.node.shard.ShardStateMachine;
import io.concordkv.replica.Replica;
import java.util.List;
import java.util.function.Consumer;

/// What operators ask a node about itself. On the loop.
final class Inspection {
  private final Env env;
  private final ShardStateMachine shard;
  private final Replica replica;

  Inspection(Env env, ShardStateMachine shard, Replica replica) {
    this.env = env;
    this.shard = shard;
    this.replica = replica;
  }

  /// @param damages what of its data is damaged
  NodeStatus status(Leadership leadership, Standing standing, List<String> damages) {
    var raft = replica.status();
    var sizes = shard.engine().sizes();
    return new NodeStatus(
        sizes.disk() + sizes.memory(),
        sizes.live() + sizes.memory(),
        leadership.leader(),
        raft.hardState().committed(),
        shard.applied().last().index(),
        leadership.term(),
        standing,
        leadership.leader() == 0 ? List.of(ErrorCode.NO_LEADER.message()) : List.of(),
        damages);
  }

  void hash(Consumer<Integer> then) {
    var view = shard.engine().view();
    env.workers().run(Lane.BACKGROUND, () -> StateHash.of(view), env.loop(), then);
  }

  void hashKeyspace(long revision, Reply<KeyspaceHash> reply) {
    try {
      env.workers().run(Lane.BACKGROUND, shard.store().hash(revision), env.loop(), reply::done);
    } catch (ConcordException refused) {
      reply.failed(refused);
    }
  }
}
