package io.concordkv.node;

import io.concordkv.base.Check;

/// What changes of the members are allowed, and which come by themselves.
///
/// @param strict whether changes are refused that would cost the quorum: etcd's
///   `--strict-reconfig-check`
/// @param maxLearners how many members may be learners at a time
/// @param promotionMargin a learner that lacks fewer entries than this gets its vote without being
///   told; 0: never
public record MemberRules(boolean strict, int maxLearners, long promotionMargin) {
  public static final MemberRules DEFAULT = new MemberRules(true, 1, 0);

  public MemberRules {
    Check.that(maxLearners > 0, "some member may learn");
    Check.that(promotionMargin >= 0, "no margin is negative");
  }
}
