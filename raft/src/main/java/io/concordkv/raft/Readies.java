package io.concordkv.raft;

/// Makes each [Ready] out of what is new since the last one, and knows which term and vote are
/// durable.
final class Readies {
  private final Member self;
  private long made;
  private HardState reported;
  private long durableTerm;
  private long durableVote;
  private Role reportedRole = Role.FOLLOWER;
  private long reportedLeader;

  Readies(Member self, HardState hardState) {
    this.self = self;
    this.reported = hardState;
    this.durableTerm = hardState.term();
    this.durableVote = hardState.vote();
  }

  boolean any() {
    return !self.out.isEmpty()
        || self.log.hasUnhanded()
        || self.log.hasUnissued(self.config.maxCommittedBytes())
        || hardStateChanged()
        || self.role != reportedRole
        || self.leader != reportedLeader;
  }

  Ready next() {
    var log = self.log;
    long number = ++made;
    boolean writing = log.writing();
    HardState hardState = null;
    boolean mustSync = false;
    if (hardStateChanged()) {
      hardState = new HardState(self.term, self.vote, log.committed());
      mustSync = hardState.mustSync(reported);
      reported = hardState;
    }
    var snapshot = log.handSnapshot();
    var entries = log.hand(number);
    var out = self.out;
    // A promise may be about what an earlier Ready carries, so it may not overtake that.
    mustSync |=
        snapshot != null
            || !entries.isEmpty()
            || (writing && !out.messagesAfterPersist().isEmpty());
    var ready =
        new Ready(
            number,
            self.role,
            self.leader,
            hardState,
            snapshot,
            entries,
            mustSync,
            out.messages(),
            out.messagesAfterPersist(),
            log.issue(self.config.maxCommittedBytes()),
            out.readStates());
    out.clear();
    reportedRole = self.role;
    reportedLeader = self.leader;
    return ready;
  }

  void persisted(Ready ready) {
    self.log.persisted(ready.number());
    var hardState = ready.hardState();
    if (hardState != null) {
      durableTerm = hardState.term();
      durableVote = hardState.vote();
    }
  }

  /// Whether a candidate's vote for itself counts.
  boolean ownVoteIsDurable() {
    return durableTerm == self.term && durableVote == self.id();
  }

  private boolean hardStateChanged() {
    return reported.term() != self.term
        || reported.vote() != self.vote
        || reported.committed() != self.log.committed();
  }
}
