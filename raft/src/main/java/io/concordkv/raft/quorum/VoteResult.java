package io.concordkv.raft.quorum;

/// How a vote stands.
public enum VoteResult {
  WON,
  /// No more votes can win it.
  LOST,
  PENDING
}
