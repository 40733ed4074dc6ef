package io.concordkv.raft;

import io.concordkv.base.Bytes;
import io.concordkv.raft.progress.Progress;
import org.jspecify.annotations.Nullable;

/// The leader's part in changes of the configuration: which are taken, that a joint one is left,
/// and that learners are promoted.
///
/// One change at a time, and none before something of the leader's own term is committed. Both
/// together make sure that whoever has an entry of one configuration knows the one before it to be
/// committed, so that the quorums of any two that are in force at once share a member.
final class Membership {
  private final Member self;
  private final Followers followers;
  private final long firstOfTerm;

  Membership(Member self, Followers followers, long firstOfTerm) {
    this.self = self;
    this.followers = followers;
    this.firstOfTerm = firstOfTerm;
  }

  /// What `change` leads to if it may be made now.
  ConfigChange.Outcome plan(ConfigChange change) {
    if (self.log.committed() < firstOfTerm) {
      return new ConfigChange.Outcome.Refused(Refusal.TERM_NOT_COMMITTED);
    }
    if (self.configuration.joint() || self.changePending()) {
      return new ConfigChange.Outcome.Refused(Refusal.CHANGE_PENDING);
    }
    for (var step : change.steps()) {
      if (step instanceof ConfigChange.AddVoter(long member)
          && self.configuration.learners().contains(member)
          && followers.counted(member) * 10 < self.log.lastIndex() * 9) {
        return new ConfigChange.Outcome.Refused(Refusal.NOT_CAUGHT_UP);
      }
    }
    return change.from(self.configuration);
  }

  /// Where the leader goes by itself, if it is time for that: a joint configuration is left, a
  /// learner that is near enough to the end of the log gets its vote.
  @Nullable Configuration due() {
    if (self.log.committed() < firstOfTerm) {
      return null;
    }
    if (self.configuration.joint()) {
      return self.changePending() ? null : self.configuration.left();
    }
    long learner = promotable();
    return learner != 0
            && plan(ConfigChange.of(new ConfigChange.AddVoter(learner)))
                instanceof ConfigChange.Outcome.Next(var next)
        ? next
        : null;
  }

  static Bytes entry(Configuration next) {
    return new ConfigurationEntry(next, Bytes.EMPTY).encode();
  }

  private long promotable() {
    long margin = self.config.promotionMargin();
    if (margin == 0 || self.configuration.learners().isEmpty()) {
      return 0;
    }
    for (var peer : followers.all()) {
      if (self.configuration.learners().contains(peer.member())
          && peer.state() == Progress.State.REPLICATE
          && peer.active()
          && self.log.lastIndex() - peer.counted() < margin) {
        return peer.member();
      }
    }
    return 0;
  }
}
