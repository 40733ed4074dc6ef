package io.concordkv.raft;

/// What waits in a member. All of it is bounded, see [RaftConfig].
///
/// @param appends on the leader: sent to the follower that has most of them, and not answered
/// @param bytes of their entries
/// @param uncommitted on the leader: bytes of the entries that are not committed
/// @param waiting bytes of the entries that are committed and not applied
/// @param needed up to where entries are taken however many wait: the state lacks them
public record RaftBacklog(int appends, long bytes, long uncommitted, long waiting, long needed) {}
