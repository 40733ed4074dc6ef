package io.concordkv.raft;

import java.util.SortedMap;

/// What a member knows of itself, for status pages and the simulator's invariants.
///
/// @param first the first index still in the log
/// @param last the last entry of the log, durable or not
/// @param followers on the leader: what is known of each other member
public record RaftStatus(
    long id,
    Role role,
    long leader,
    HardState hardState,
    long first,
    LogPosition last,
    long applied,
    boolean suspect,
    Configuration configuration,
    SortedMap<Long, Follower> followers) {
  /// @param match the last index known to be durable there
  /// @param next the next index to be sent
  public record Follower(long match, long next, boolean active, String state) {}
}
