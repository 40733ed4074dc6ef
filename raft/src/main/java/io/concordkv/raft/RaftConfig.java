package io.concordkv.raft;

import io.concordkv.base.Check;

/// How a member behaves. Time is counted in ticks, whose length the driver knows.
///
/// @param electionTicks without a leader for so long (drawn anew from this to twice this), a member
///   campaigns; a leader that hears from no quorum for so long steps down
/// @param maxAppendBytes bytes of entries in one message
/// @param maxInflightMessages appends under way to one follower
/// @param maxInflightBytes bytes under way to one follower
/// @param maxUncommittedBytes bytes of proposals that wait for commitment
/// @param maxCommittedBytes bytes of entries handed out to be applied in one Ready
/// @param suspect this member may have lost entries that it had acknowledged (its disk was
///   damaged): it neither votes nor acknowledges until the leader has given back all that may be
///   missing
public record RaftConfig(
    long id,
    int electionTicks,
    int heartbeatTicks,
    long maxAppendBytes,
    int maxInflightMessages,
    long maxInflightBytes,
    long maxUncommittedBytes,
    long maxCommittedBytes,
    boolean preVote,
    boolean checkQuorum,
    boolean suspect) {
  public RaftConfig {
    Check.that(id != 0, "a member's id is not 0");
    Check.that(heartbeatTicks > 0, "heartbeats take at least one tick");
    Check.that(electionTicks > heartbeatTicks, "elections take longer than heartbeats");
  }

  /// The defaults: ten ticks to an election, one to a heartbeat.
  public static RaftConfig of(long id) {
    return new RaftConfig(id, 10, 1, 1 << 20, 256, 16 << 20, 64 << 20, 4 << 20, true, true, false);
  }

  public RaftConfig withSuspect(boolean suspect) {
    return new RaftConfig(
        id,
        electionTicks,
        heartbeatTicks,
        maxAppendBytes,
        maxInflightMessages,
        maxInflightBytes,
        maxUncommittedBytes,
        maxCommittedBytes,
        preVote,
        checkQuorum,
        suspect);
  }
}
