package io.concordkv.raft;

import io.concordkv.raft.quorum.Ballot;
import io.concordkv.raft.quorum.VoteResult;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/// Elections, from both sides: the timer, the votes given and the votes got (Ongaro and Ousterhout
/// 2014, section 5.2; PreVote and leases: Ongaro 2014, section 9.6 and 4.2.3).
///
/// A vote is a promise: a reply leaves once term and vote are durable. So does a candidate's own
/// request, for otherwise it could crash, forget its term and count the replies for another log.
final class Election {
  private static final int HURRIES = 6;
  private static final int HURRY_TICKS = 3;

  private final Member self;
  private final Suspicion suspicion;
  private final RandomGenerator random;
  private final TreeMap<Long, Ballot> ballots = new TreeMap<>();
  private int elapsedTicks;
  private int timeoutTicks;

  /// Since a leader was heard from, or since the start: what was heard before that is forgotten.
  private int quietTicks;

  /// Rounds that are to come early.
  private int hurries;

  Election(Member self, Suspicion suspicion, RandomGenerator random) {
    this.self = self;
    this.suspicion = suspicion;
    this.random = random;
    restart();
  }

  /// Draws a new timeout and waits it out from now on.
  void restart() {
    int election = self.config.electionTicks();
    int reserve = election * (RaftConfig.HIGHEST_PRIORITY - self.config.priority());
    elapsedTicks = 0;
    timeoutTicks =
        hurries > 0
            ? shortly()
            : election + random.nextInt(election) + reserve / RaftConfig.HIGHEST_PRIORITY;
    ballots.clear();
  }

  /// The leader lives. Who was about to ask early waits a whole timeout again.
  void heard() {
    if (hurries > 0) {
      calm();
      restart();
    }
    elapsedTicks = 0;
    quietTicks = 0;
  }

  /// The leader may be gone: asks the others soon, after a delay by chance so that not all do at
  /// once, and some more times in case that they hear of it later or that two did at once. A lease
  /// is a promise to a leader that a closed connection does not end.
  void hurry() {
    if (self.config.preVote() && self.config.leaseNanos() == 0) {
      hurries = HURRIES;
      timeoutTicks = Math.min(timeoutTicks, elapsedTicks + shortly());
    }
  }

  /// There is no need to hurry any more.
  void calm() {
    hurries = 0;
  }

  /// Returns whether it is time to campaign. Who is alone need not wait.
  boolean tick() {
    elapsedTicks++;
    quietTicks++;
    return mayCampaign() && (elapsedTicks >= timeoutTicks || self.quorum.isOnly(self.id()));
  }

  boolean mayCampaign() {
    return self.configuration.mayLead(self.id())
        && suspicion.mayVote()
        && !self.log.resetting()
        && !self.awaitsConfiguration();
  }

  /// Whether this member heard from a leader so lately that nobody else should become one.
  boolean leaderIsFresh() {
    return self.config.checkQuorum()
        && self.leader != 0
        && hurries == 0
        && elapsedTicks < self.config.electionTicks();
  }

  /// Whether some leader may count on this member's promise to vote for nobody else, in whatever
  /// term.
  boolean leaseRuns() {
    return self.config.leaseNanos() > 0
        && (self.role == Role.LEADER || quietTicks < self.config.electionTicks());
  }

  /// Asks all voters. Term, vote and role are set. Of a real election the own vote counts only once
  /// it is durable, see [#count].
  void request(boolean pre, boolean transfer) {
    hurries = Math.max(0, hurries - 1);
    restart();
    long term = pre ? self.term + 1 : self.term;
    for (long voter : self.configuration.members()) {
      if (voter == self.id() || !self.configuration.votes(voter)) {
        continue;
      }
      var vote = new Message.Vote(self.id(), voter, term, self.log.last(), pre, transfer);
      if (pre) {
        self.out.send(vote);
      } else {
        self.out.promise(vote);
      }
    }
  }

  Message.VoteReply reply(Message.Vote request, long term, boolean granted) {
    var committed = self.log.position(self.log.committed());
    return new Message.VoteReply(
        self.id(), request.from(), term, granted, request.pre(), committed);
  }

  private int shortly() {
    return 1 + random.nextInt(HURRY_TICKS);
  }

  VoteResult count(long voter, boolean granted) {
    ballots.putIfAbsent(voter, granted ? Ballot.GRANTED : Ballot.REFUSED);
    return self.quorum.result(id -> ballots.getOrDefault(id, Ballot.OPEN));
  }

  /// Answers a request whose term is this member's or, with `pre`, a later one.
  void answer(Message.Vote request) {
    boolean free =
        self.vote == request.from()
            || (self.vote == 0 && self.leader == 0)
            || (request.pre() && request.term() > self.term);
    boolean granted = free && suspicion.mayVote() && request.last().upToDate(self.log.last());
    long term = granted ? request.term() : self.term;
    var reply = reply(request, term, granted);
    if (request.pre()) {
      self.out.send(reply);
      return;
    }
    if (granted) {
      self.vote = request.from();
      elapsedTicks = 0;
    }
    self.out.promise(reply);
  }
}
