package io.concordkv.node;

import io.concordkv.base.Check;

/// What changes of the members are allowed.
///
/// @param strict whether changes are refused that would cost the quorum: etcd's
///   `--strict-reconfig-check`
/// @param maxLearners how many members may be learners at a time
public record MemberRules(boolean strict, int maxLearners) {
  public static final MemberRules DEFAULT = new MemberRules(true, 1);

  public MemberRules {
    Check.that(maxLearners > 0, "some member may learn");
  }
}
