package io.concordkv.raft;

import io.concordkv.raft.quorum.Ballot;
import io.concordkv.raft.quorum.VoteResult;
import io.concordkv.raft.read.LeaderLease;
import io.concordkv.raft.read.ReadRounds;

/// Reads on the leader: before one is answered, a quorum has to confirm that no other leader can
/// have committed anything, by answering a round of heartbeats (ReadIndex, Ongaro 2014, section
/// 6.4) or, with leases on, by a promise that still holds (section 6.4.1).
final class Confirmation {
  private final Member self;
  private final ReadRounds reads;
  private final LeaderLease lease;
  private final long firstOfTerm;

  Confirmation(Member self, ReadRounds reads, long firstOfTerm) {
    this.self = self;
    this.reads = reads;
    this.lease = new LeaderLease(self.config.leaseNanos(), self.nowNanos);
    this.firstOfTerm = firstOfTerm;
  }

  /// Whether anybody waits, for a round that is under way or the next.
  boolean waiting() {
    return reads.waiting() || reads.context() != 0;
  }

  /// Returns false if it was refused because too many wait.
  boolean add(long member, long token) {
    boolean taken = reads.add(member, token);
    if (!taken) {
      answer(member, token, 0);
    }
    return taken;
  }

  /// Answers what waits if it can, else begins a round; returns the round's context, 0 if there is
  /// nothing to ask.
  long begin() {
    if (!reads.waiting() || reads.context() != 0 || self.log.committed() < firstOfTerm) {
      return 0;
    }
    long context = reads.begin(self.log.committed());
    if (self.timeKnown && lease.holds(self.nowNanos, self.id(), self.quorum)) {
      answerRound();
      return 0;
    }
    if (finish()) {
      return 0;
    }
    lease.sent(context, self.nowNanos);
    return context;
  }

  /// The context of a heartbeat that is due anyway.
  long heartbeat() {
    long context = reads.context();
    if (context == 0 && self.config.leaseNanos() > 0) {
      context = reads.nextContext();
      lease.sent(context, self.nowNanos);
    }
    return context;
  }

  /// A member that is trusted answered a heartbeat. Returns whether reads were answered with that.
  /// One that was started without leases, or with shorter ones, promises too little.
  boolean acknowledge(long member, long context, long leaseNanos) {
    if (leaseNanos >= self.config.leaseNanos()) {
      lease.acknowledged(member, context);
    }
    return reads.acknowledge(member, context) && finish();
  }

  /// Other members decide from now on.
  void reconfigure() {
    lease.forget();
    if (reads.context() != 0) {
      finish();
    }
  }

  /// Another member was told to campaign whatever the others promised.
  void surrender() {
    lease.surrender();
  }

  /// Nobody is left to answer who waits.
  void resign() {
    for (var read : reads.abandon()) {
      answer(read.member(), read.token(), 0);
    }
  }

  private boolean finish() {
    var result =
        self.quorum.result(member ->
            member == self.id() || reads.acknowledged(member) ? Ballot.GRANTED : Ballot.OPEN);
    if (result != VoteResult.WON) {
      return false;
    }
    answerRound();
    return true;
  }

  private void answerRound() {
    long index = reads.index();
    for (var read : reads.end()) {
      answer(read.member(), read.token(), index);
    }
  }

  private void answer(long member, long token, long index) {
    if (member == self.id()) {
      self.out.answer(token, index);
    } else {
      self.out.send(new Message.ReadIndexReply(self.id(), member, self.term, token, index));
    }
  }
}
