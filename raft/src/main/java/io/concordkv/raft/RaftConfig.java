package io.concordkv.raft;

import io.concordkv.base.Check;
import java.time.Duration;

/// How a member behaves. Time is counted in ticks, whose length the driver knows.
///
/// @param electionTicks without a leader for so long (drawn anew from this to twice this), a member
///   campaigns; a leader that hears from no quorum for so long steps down
/// @param maxAppendBytes bytes of entries in one message
/// @param maxInflightMessages appends under way to one follower
/// @param maxInflightBytes bytes under way to one follower
/// @param maxUncommittedBytes bytes of proposals that wait for commitment
/// @param maxCommittedBytes bytes of entries handed out to be applied in one Ready
/// @param maxWaitingBytes bytes of entries that are committed and not applied: with more, a
///   follower takes no entries, as if they were lost on the way, and a leader no proposals
/// @param probeEntries a leader begins with a follower that it does not know so many entries before
///   its own end: one that lacks no more than these need not refuse first
/// @param suspect this member may have lost entries that it had acknowledged (its disk was
///   damaged): it neither votes nor acknowledges until the leader has given back all that may be
///   missing
/// @param priority from 0 to [#HIGHEST_PRIORITY]; a leader hands over to a member of a higher one
///   that keeps up, and one of a lower priority waits longer before it campaigns, up to one
///   election timeout
/// @param promotionMargin a learner that lacks fewer entries than this gets a vote by itself; 0:
///   never
/// @param leaseNanos how long a leader may answer reads after the sending of a heartbeat that a
///   quorum answered; 0: never. Only members whose own is as long count for that quorum, since a
///   lease rests on their promises. See [#withLease]
public record RaftConfig(
    long id,
    int electionTicks,
    int heartbeatTicks,
    long maxAppendBytes,
    int maxInflightMessages,
    long maxInflightBytes,
    long maxUncommittedBytes,
    long maxCommittedBytes,
    long maxWaitingBytes,
    int probeEntries,
    boolean preVote,
    boolean checkQuorum,
    boolean suspect,
    int priority,
    long promotionMargin,
    long leaseNanos) {
  public static final int HIGHEST_PRIORITY = 10;

  public RaftConfig {
    Check.that(id != 0, "a member's id is not 0");
    Check.that(heartbeatTicks > 0, "heartbeats take at least one tick");
    Check.that(electionTicks > heartbeatTicks, "elections take longer than heartbeats");
    Check.that(maxWaitingBytes > 0, "something may wait to be applied");
    Check.that(probeEntries >= 0, "no probe lies behind the end");
    Check.that(priority >= 0 && priority <= HIGHEST_PRIORITY, "a priority is in its range");
    Check.that(promotionMargin >= 0 && leaseNanos >= 0, "neither margin nor lease is negative");
    Check.that(leaseNanos == 0 || checkQuorum, "leases need voters that keep still");
  }

  /// The defaults: ten ticks to an election, one to a heartbeat, no preference, no promotion, no
  /// leases.
  public static RaftConfig of(long id) {
    return of(id, 10, RaftOptions.DEFAULT);
  }

  public static RaftConfig of(long id, int electionTicks, RaftOptions options) {
    return new RaftConfig(
        id,
        electionTicks,
        options.heartbeatTicks(),
        options.maxAppendBytes(),
        options.maxInflightMessages(),
        options.maxInflightBytes(),
        options.maxUncommittedBytes(),
        options.maxCommittedBytes(),
        options.maxWaitingBytes(),
        options.probeEntries(),
        true,
        true,
        false,
        HIGHEST_PRIORITY,
        0,
        0);
  }

  public RaftConfig withId(long id) {
    return with(id, electionTicks, suspect, priority, promotionMargin, leaseNanos);
  }

  /// Any lease is given up: its length depends on this.
  public RaftConfig withElectionTicks(int electionTicks) {
    return with(id, electionTicks, suspect, priority, promotionMargin, 0);
  }

  public RaftConfig withSuspect(boolean suspect) {
    return suspect == this.suspect
        ? this
        : with(id, electionTicks, suspect, priority, promotionMargin, leaseNanos);
  }

  public RaftConfig withPriority(int priority) {
    return with(id, electionTicks, suspect, priority, promotionMargin, leaseNanos);
  }

  public RaftConfig withPromotionMargin(long entries) {
    return with(id, electionTicks, suspect, priority, entries, leaseNanos);
  }

  /// Leases, if no two clocks of members drift apart by more than `driftPercent` of the time that
  /// passes. A member that begins to count ticks may count the first at once.
  public RaftConfig withLease(Duration tick, int driftPercent) {
    Check.that(driftPercent > 0 && driftPercent < 100, "a drift is declared in percent");
    long nanos = tick.toNanos() * (electionTicks - 1) / 100 * (100 - driftPercent);
    return with(id, electionTicks, suspect, priority, promotionMargin, nanos);
  }

  private RaftConfig with(
      long id,
      int electionTicks,
      boolean suspect,
      int priority,
      long promotionMargin,
      long leaseNanos) {
    return new RaftConfig(
        id,
        electionTicks,
        heartbeatTicks,
        maxAppendBytes,
        maxInflightMessages,
        maxInflightBytes,
        maxUncommittedBytes,
        maxCommittedBytes,
        maxWaitingBytes,
        probeEntries,
        preVote,
        checkQuorum,
        suspect,
        priority,
        promotionMargin,
        leaseNanos);
  }
}
