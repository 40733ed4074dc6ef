package io.concordkv.node;

import io.concordkv.base.Bytes;
import io.concordkv.base.ErrorCode;
import io.concordkv.node.command.EnvelopeCodec;
import io.concordkv.raft.ProposeResult;
import io.concordkv.replica.Replica;
import org.jspecify.annotations.Nullable;

/// Brings commands into the log, on the leader.
final class Proposals {
  private final NodeConfig config;
  private final Replica replica;
  private final MemberChanges changes;

  Proposals(NodeConfig config, Replica replica, MemberChanges changes) {
    this.config = config;
    this.replica = replica;
    this.changes = changes;
  }

  /// Answers why it was not proposed; null: it was, which is no promise.
  @Nullable ErrorCode propose(Bytes command) {
    if (EnvelopeCodec.aboutMembers(command)) {
      return changes.propose(command);
    }
    if (replica.applyLag() > config.maxApplyLag()) {
      return ErrorCode.TOO_MANY_REQUESTS;
    }
    return switch (replica.propose(command)) {
      case ProposeResult.Accepted _ -> null;
      case ProposeResult.NotLeader _ -> ErrorCode.NOT_LEADER;
      case ProposeResult.Overloaded _, ProposeResult.Refused _ -> ErrorCode.TOO_MANY_REQUESTS;
    };
  }
}
