package io.concordkv.node;

import io.concordkv.base.Check;
import io.concordkv.raft.RaftConfig;
import java.time.Duration;

/// Who is to lead, and what a leader may answer by itself.
///
/// @param leaseDriftPercent above 0: a leader answers linearizable reads without asking, while the
///   members that follow it keep still, provided that no two members' clocks drift apart by more
///   than this part of the time that passes. 0: it asks a quorum each time
/// @param priority from 0 to [RaftConfig#HIGHEST_PRIORITY]: see [RaftConfig#priority()]
public record LeaderRules(int leaseDriftPercent, int priority) {
  public static final int MAX_DRIFT_PERCENT = 50;

  public static final LeaderRules DEFAULT = new LeaderRules(0, RaftConfig.HIGHEST_PRIORITY);

  public LeaderRules {
    Check.that(
        leaseDriftPercent >= 0 && leaseDriftPercent <= MAX_DRIFT_PERCENT,
        "clocks drift by a small part of the time");
  }

  RaftConfig on(RaftConfig config, Duration tick) {
    var preferred = config.withPriority(priority);
    return leaseDriftPercent == 0 ? preferred : preferred.withLease(tick, leaseDriftPercent);
  }
}
