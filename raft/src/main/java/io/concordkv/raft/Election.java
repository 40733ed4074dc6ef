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
  private final Member self;
  private final Suspicion suspicion;
  private final RandomGenerator random;
  private final TreeMap<Long, Ballot> ballots = new TreeMap<>();
  private int elapsedTicks;
  private int timeoutTicks;

  Election(Member self, Suspicion suspicion, RandomGenerator random) {
    this.self = self;
    this.suspicion = suspicion;
    this.random = random;
    restart();
  }

  /// Draws a new timeout and waits it out from now on.
  void restart() {
    elapsedTicks = 0;
    timeoutTicks = self.config.electionTicks() + random.nextInt(self.config.electionTicks());
    ballots.clear();
  }

  /// The leader lives.
  void heard() {
    elapsedTicks = 0;
  }

  /// Returns whether it is time to campaign. Who is alone need not wait.
  boolean tick() {
    elapsedTicks++;
    return mayCampaign() && (elapsedTicks >= timeoutTicks || self.quorum.isOnly(self.id()));
  }

  boolean mayCampaign() {
    return self.configuration.votes(self.id())
        && suspicion.mayVote()
        && !self.log.resetting()
        && !self.awaitsConfiguration();
  }

  /// Whether this member heard from a leader so lately that nobody else should become one.
  boolean leaderIsFresh() {
    return self.config.checkQuorum()
        && self.leader != 0
        && elapsedTicks < self.config.electionTicks();
  }

  /// Asks all voters. Term, vote and role are set. Of a real election the own vote counts only once
  /// it is durable, see [#count].
  void request(boolean pre, boolean transfer) {
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
    var reply = new Message.VoteReply(self.id(), request.from(), term, granted, request.pre());
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
