package io.concordkv.raft;

import io.concordkv.base.Bytes;
import java.util.function.LongUnaryOperator;

/// The leader's part in changes of the configuration: which are taken, and that a joint one is left.
///
/// One change at a time, and none before something of the leader's own term is committed. Both
/// together make sure that whoever has an entry of one configuration knows the one before it to be
/// committed, so that the quorums of any two that are in force at once share a member.
final class Membership {
  private final Member self;
  private final long firstOfTerm;

  Membership(Member self, long firstOfTerm) {
    this.self = self;
    this.firstOfTerm = firstOfTerm;
  }

  /// What `change` leads to if it may be made now; `matches` tells what a member has.
  ConfigChange.Outcome plan(ConfigChange change, LongUnaryOperator matches) {
    if (self.log.committed() < firstOfTerm) {
      return new ConfigChange.Outcome.Refused(Refusal.TERM_NOT_COMMITTED);
    }
    if (self.configuration.joint() || self.changePending()) {
      return new ConfigChange.Outcome.Refused(Refusal.CHANGE_PENDING);
    }
    for (var step : change.steps()) {
      if (step instanceof ConfigChange.AddVoter(long member)
          && self.configuration.learners().contains(member)
          && matches.applyAsLong(member) * 10 < self.log.lastIndex() * 9) {
        return new ConfigChange.Outcome.Refused(Refusal.NOT_CAUGHT_UP);
      }
    }
    return change.from(self.configuration);
  }

  /// The entry that leaves a joint configuration, if it is time for it; else empty.
  Bytes leaving() {
    boolean due =
        self.configuration.joint()
            && self.log.committed() >= firstOfTerm
            && !self.changePending();
    return due
        ? new ConfigurationEntry(self.configuration.left(), Bytes.EMPTY).encode()
        : Bytes.EMPTY;
  }
}
