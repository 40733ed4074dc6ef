package io.concordkv.raft;

import io.concordkv.raft.progress.Progress;
import java.util.TreeMap;

/// A leader gives its place to another member (Ongaro 2014, section 3.10): nothing is accepted any
/// more, and once the other has everything it is told to campaign. If nothing came of it within an
/// election timeout, the leader goes on.
///
/// With priorities, a leader also does so by itself for a member that is to be preferred.
final class Handover {
  private final Member self;
  private final Followers followers;
  private final Confirmation confirmation;
  private final TreeMap<Long, Integer> priorities = new TreeMap<>();
  private long to;
  private int ticks;

  Handover(Member self, Followers followers, Confirmation confirmation) {
    this.self = self;
    this.followers = followers;
    this.confirmation = confirmation;
  }

  boolean underWay() {
    return to != 0;
  }

  /// Whether this leader gives its place away, or soon will.
  boolean wanted() {
    return underWay() || preferred() != 0;
  }

  /// False if `member` cannot take over now: it may not lead, or does not keep up.
  boolean begin(long member) {
    if (member == self.id()) {
      return true;
    }
    var peer = followers.find(member);
    if (peer == null || !mayTakeOver(peer)) {
      return false;
    }
    if (member != to) {
      to = member;
      ticks = 0;
      hurry(peer);
    }
    return true;
  }

  /// A follower has more than before: it may be time.
  void hurry(Progress peer) {
    if (peer.member() == to && peer.counted() == self.log.lastIndex()) {
      order(to);
    }
  }

  /// This leader is not of the next configuration: somebody who has what is committed takes over at
  /// once.
  void retire(Configuration next) {
    long successor = followers.successor(next);
    if (successor != 0) {
      order(successor);
    }
  }

  void abandon(long member) {
    if (to == member) {
      to = 0;
    }
  }

  void reconfigure() {
    if (!self.configuration.mayLead(to)) {
      to = 0;
    }
  }

  void heard(long member, int priority) {
    priorities.put(member, priority);
  }

  void tick() {
    ticks++;
    if (to != 0 && ticks >= self.config.electionTicks()) {
      to = 0;
      ticks = 0;
    }
    if (to == 0 && ticks >= 2 * self.config.electionTicks()) {
      ticks = 0;
      long best = preferred();
      if (best != 0) {
        begin(best);
      }
    }
  }

  private boolean mayTakeOver(Progress peer) {
    return self.configuration.mayLead(peer.member())
        && !peer.lost()
        && peer.state() == Progress.State.REPLICATE;
  }

  private long preferred() {
    long best = 0;
    int highest = self.config.priority();
    for (var peer : followers.all()) {
      int priority = priorities.getOrDefault(peer.member(), 0);
      if (priority > highest && peer.counted() >= self.log.applied() && mayTakeOver(peer)) {
        highest = priority;
        best = peer.member();
      }
    }
    return best;
  }

  private void order(long member) {
    confirmation.surrender();
    self.out.send(new Message.TimeoutNow(self.id(), member, self.term));
  }
}
