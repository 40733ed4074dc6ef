package io.concordkv.node.shard;

import io.concordkv.base.ErrorCode;
import io.concordkv.mvcc.Outcome;
import io.concordkv.node.command.RequestId;
import io.concordkv.raft.Role;
import org.jspecify.annotations.Nullable;

/// Who wants to know what the shard does: the node that hosts it. Called on the loop.
public interface ShardListener {
  /// A change of the keyspace was applied; whoever waits for `request` can be answered.
  void applied(RequestId request, Outcome outcome);

  /// A command about members, or a chore, was applied.
  ///
  /// @param refused why it came to nothing; null: it did not
  void settled(RequestId request, @Nullable ErrorCode refused);

  /// Something was said of the members, or a snapshot took the place of all.
  void membersChanged();

  void lead(Role role, long term, long leader);
}
