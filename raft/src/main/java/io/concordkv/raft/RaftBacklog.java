package io.concordkv.raft;

/// What is under way to the follower that has most of it. All of it is bounded, see [RaftConfig].
///
/// @param appends sent and not answered
/// @param bytes of their entries
public record RaftBacklog(int appends, long bytes) {
  static final RaftBacklog NONE = new RaftBacklog(0, 0);
}
