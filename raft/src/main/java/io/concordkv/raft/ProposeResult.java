package io.concordkv.raft;

/// What became of a proposal. `Accepted` is no promise: the entry may still be replaced by that of
/// another leader.
public sealed interface ProposeResult {
  /// It is in the leader's log at `first` and behind.
  record Accepted(LogPosition first) implements ProposeResult {}

  /// Nothing was done; `leader` may know better (0: unknown).
  record NotLeader(long leader) implements ProposeResult {}

  /// Nothing was done: too much is waiting to be committed. Try again later.
  record Overloaded() implements ProposeResult {}

  /// Nothing was done: the configuration cannot be changed like this, or not now.
  record Refused(Refusal why) implements ProposeResult {}
}
