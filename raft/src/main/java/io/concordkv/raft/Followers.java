package io.concordkv.raft;

import io.concordkv.raft.progress.Inflights;
import io.concordkv.raft.progress.Progress;
import io.concordkv.raft.quorum.Ballot;
import io.concordkv.raft.quorum.VoteResult;
import java.util.ArrayList;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/// What a leader knows of each other member of the configuration in force.
final class Followers {
  private final Member self;
  private Progress[] all = {};

  Followers(Member self) {
    this.self = self;
    reconfigure();
  }

  Progress[] all() {
    return all;
  }

  @Nullable Progress find(long member) {
    for (var follower : all) {
      if (follower.member() == member) {
        return follower;
      }
    }
    return null;
  }

  /// What a member counts for in a quorum.
  long counted(long member) {
    if (member == self.id()) {
      return self.log.persisted();
    }
    var follower = find(member);
    return follower == null ? 0 : follower.counted();
  }

  /// Another configuration took force.
  void reconfigure() {
    var next = new ArrayList<Progress>();
    for (long member : self.configuration.members()) {
      if (member != self.id()) {
        var known = find(member);
        next.add(known != null ? known : follow(member));
      }
    }
    all = next.toArray(new Progress[0]);
  }

  boolean hearsQuorum() {
    return self.quorum.result(member -> {
      var follower = find(member);
      boolean heard = member == self.id() || (follower != null && follower.active());
      return heard ? Ballot.GRANTED : Ballot.REFUSED;
    })
        == VoteResult.WON;
  }

  /// Whether everybody who `lives` follows, has the log up to `last` and was told that all of it is
  /// committed, and these are a quorum.
  boolean haveAll(long last, LongPredicate lives) {
    for (var follower : all) {
      boolean whole =
          follower.state() == Progress.State.REPLICATE
              && follower.counted() == last
              && follower.sentCommit() == last;
      if (!whole && lives.test(follower.member())) {
        return false;
      }
    }
    return self.quorum.result(
            member -> member == self.id() || lives.test(member) ? Ballot.GRANTED : Ballot.REFUSED)
        == VoteResult.WON;
  }

  /// Starts a new time of listening.
  void listen() {
    for (var follower : all) {
      follower.listen();
    }
  }

  /// Who of the next configuration has most, of those that this leader heard from lately; 0 if
  /// nobody has all that is committed.
  long successor(Configuration next) {
    long best = 0;
    long most = self.log.committed();
    for (var follower : all) {
      if (next.mayLead(follower.member()) && follower.active() && follower.counted() >= most) {
        most = follower.counted() + 1;
        best = follower.member();
      }
    }
    return best;
  }

  /// Whether anybody who may lead by `next` has the log up to `index`.
  boolean anyLeads(Configuration next, long index) {
    for (var follower : all) {
      if (next.mayLead(follower.member()) && follower.counted() >= index) {
        return true;
      }
    }
    return false;
  }

  SortedMap<Long, RaftStatus.Follower> status() {
    var status = new TreeMap<Long, RaftStatus.Follower>();
    for (var follower : all) {
      var state = follower.lost() ? "LOST" : follower.state().name();
      status.put(
          follower.member(),
          new RaftStatus.Follower(follower.match(), follower.next(), follower.active(), state));
    }
    return status;
  }

  RaftBacklog backlog(long uncommitted, RaftBacklog member) {
    int appends = 0;
    long bytes = 0;
    for (var follower : all) {
      appends = Math.max(appends, follower.underWay().count());
      bytes = Math.max(bytes, follower.underWay().bytes());
    }
    return new RaftBacklog(appends, bytes, uncommitted, member.waiting(), member.needed());
  }

  private Progress follow(long member) {
    var window = new Inflights(self.config.maxInflightMessages(), self.config.maxInflightBytes());
    long end = self.log.lastIndex() + 1;
    long next = Math.max(self.log.startIndex() + 1, end - self.config.probeEntries());
    return new Progress(member, next, window);
  }
}
