package io.concordkv.node.shard;

import io.concordkv.mvcc.Outcome;
import io.concordkv.node.command.RequestId;
import io.concordkv.raft.Role;

/// Who wants to know what the shard does: the node that hosts it. Called on the loop.
public interface ShardListener {
  /// A change of the keyspace was applied; whoever waits for `request` can be answered.
  void applied(RequestId request, Outcome outcome);

  /// A member's own command was applied: it published itself.
  void published(RequestId request);

  void lead(Role role, long term, long leader);
}
