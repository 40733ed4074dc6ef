package io.concordkv.raft.quorum;

/// What one voter has said.
public enum Ballot {
  GRANTED,
  REFUSED,
  /// Nothing so far.
  OPEN
}
