package io.concordkv.raft;

import io.concordkv.base.Bytes;
import io.concordkv.base.Check;
import io.concordkv.raft.progress.Progress;
import io.concordkv.raft.read.ReadRounds;
import java.util.List;
import java.util.SortedMap;
import java.util.function.LongPredicate;

/// One term as the leader, from the election to the end of it.
///
/// Messages that carry entries or a commit index are made once a turn, in [#settle()]: whatever was
/// proposed and acknowledged in between leaves together. A follower that has everything is told of
/// a new commit index at once; one that has appends under way hears of it with the next of them, or
/// when the last of them is answered.
///
/// An entry of this term that a quorum has is committed, and with it all before it; an entry of an
/// earlier term is never committed by counting (figure 8 of the paper). The leader's own disk
/// counts like any other member's, as far as it is durable there.
final class Leadership {
  private final Member self;
  private final Followers followers;
  private final Replication replication;
  private final Confirmation confirmation;
  private final Handover handover;
  private final Membership membership;
  private long uncommittedBytes;
  private int quorumTicks;
  private int heartbeatTicks;
  private boolean unsettled = true;

  Leadership(Member self, ReadRounds reads) {
    this.self = self;
    long firstOfTerm = self.log.lastIndex() + 1;
    this.followers = new Followers(self);
    this.replication = new Replication(self, followers);
    this.confirmation = new Confirmation(self, reads, firstOfTerm);
    this.handover = new Handover(self, followers, confirmation);
    this.membership = new Membership(self, followers, firstOfTerm);
    for (long index = self.log.committed() + 1; index < firstOfTerm; index++) {
      var entry = self.log.entry(index);
      uncommittedBytes += entry.bytes();
      if (takesOut(entry)) {
        // What others wrote is committed together with something of the own term.
        replication.leavesAt(firstOfTerm);
      }
    }
    append(Entry.Kind.NO_OP, Bytes.EMPTY);
    commit();
  }

  /// Returns false if a quorum was not heard from for an election timeout.
  boolean tick() {
    handover.tick();
    if (++quorumTicks >= self.config.electionTicks()) {
      quorumTicks = 0;
      if (self.config.checkQuorum() && !followers.hearsQuorum()) {
        return false;
      }
      followers.listen();
    }
    if (++heartbeatTicks >= self.config.heartbeatTicks()) {
      heartbeatTicks = 0;
      replication.heartbeat(confirmation.heartbeat());
    }
    changeByItself();
    return true;
  }

  ProposeResult propose(List<Bytes> commands) {
    long bytes = 0;
    for (var command : commands) {
      bytes += Entry.bytes(command);
    }
    if (handover.underWay()) {
      return new ProposeResult.NotLeader(0);
    }
    if (self.full()) {
      return new ProposeResult.Overloaded();
    }
    if (uncommittedBytes > 0 && uncommittedBytes + bytes > self.config.maxUncommittedBytes()) {
      return new ProposeResult.Overloaded();
    }
    var first = new LogPosition(self.log.lastIndex() + 1, self.term);
    for (var command : commands) {
      append(Entry.Kind.COMMAND, command);
    }
    return new ProposeResult.Accepted(first);
  }

  ProposeResult changeConfig(ConfigChange change, Bytes context) {
    if (handover.underWay()) {
      return new ProposeResult.NotLeader(0);
    }
    return switch (membership.plan(change)) {
      case ConfigChange.Outcome.Refused(var why) -> new ProposeResult.Refused(why);
      case ConfigChange.Outcome.Next(var next) -> {
        append(Entry.Kind.CONFIGURATION, new ConfigurationEntry(next, context).encode());
        yield new ProposeResult.Accepted(self.log.last());
      }
    };
  }

  void read(long member, long token) {
    unsettled |= confirmation.add(member, token);
  }

  boolean transfer(long to) {
    return handover.begin(to);
  }

  void appendReply(Message.AppendReply message) {
    var peer = followers.find(message.from());
    if (peer == null) {
      return;
    }
    peer.heard();
    if (message.lost() && peer.lossNonce() != message.index()) {
      lose(peer, message.index());
    }
    if (peer.lost()) {
      if (message.lost() || !message.accepted() || message.index() < peer.barrier()) {
        replication.rewind(peer, message);
        unsettled = true;
        return;
      }
      peer.found();
    }
    if (!message.accepted()) {
      long hint = self.log.candidate(message.hint().index(), message.hint().term());
      unsettled |= peer.refused(message.index(), hint);
    } else {
      Check.that(
          message.index() <= self.log.lastIndex(),
          "what is acknowledged (%d) was sent (%d)",
          message.index(),
          self.log.lastIndex());
      unsettled = true;
      if (peer.accepted(message.index(), self.log.startIndex())) {
        commit();
        handover.hurry(peer);
      }
    }
  }

  void heartbeatReply(Message.HeartbeatReply message) {
    var peer = followers.find(message.from());
    if (peer == null) {
      return;
    }
    peer.heard();
    handover.heard(message.from(), message.priority());
    if (peer.state() == Progress.State.PROBE || peer.match() < self.log.lastIndex()) {
      peer.nudge();
      unsettled = true;
    }
    if (!peer.lost()) {
      unsettled |= confirmation.acknowledge(peer.member(), message.context(), message.leaseNanos());
    }
  }

  void unreachable(long member) {
    var peer = followers.find(member);
    if (peer != null) {
      peer.unreachable();
    }
  }

  void snapshotEnded(long member, boolean delivered) {
    var peer = followers.find(member);
    if (peer != null) {
      peer.snapshotEnded(delivered);
    }
  }

  /// More of the own log is durable.
  void persisted() {
    unsettled |= !self.configuration.witnesses().isEmpty();
    commit();
  }

  /// Entries were applied, perhaps one that made the configuration joint.
  void applied() {
    changeByItself();
  }

  /// `next` is about to take force: who is not of it hears of that now or never.
  void announce(Configuration next) {
    settle();
    boolean leaves = !next.mayLead(self.id());
    for (var peer : followers.all()) {
      if (leaves || !next.members().contains(peer.member())) {
        replication.farewell(peer);
      }
    }
    if (leaves) {
      handover.retire(next);
    }
  }

  /// Another configuration took force.
  void reconfigured() {
    followers.reconfigure();
    handover.reconfigure();
    confirmation.reconfigure();
    unsettled = true;
    commit();
  }

  /// Makes the messages that are due.
  void settle() {
    if (!unsettled) {
      return;
    }
    unsettled = false;
    long context = confirmation.begin();
    if (context != 0) {
      replication.heartbeat(context);
    }
    for (var peer : followers.all()) {
      replication.replicate(peer);
    }
  }

  /// The term is over: nobody is left to answer who waits here.
  void resign() {
    confirmation.resign();
  }

  SortedMap<Long, RaftStatus.Follower> followers() {
    return followers.status();
  }

  RaftBacklog backlog() {
    return followers.backlog(uncommittedBytes, self.backlog());
  }

  private void changeByItself() {
    var next = handover.underWay() ? null : membership.due();
    if (next != null) {
      append(Entry.Kind.CONFIGURATION, Membership.entry(next));
    }
  }

  private void append(Entry.Kind kind, Bytes payload) {
    var entry = new Entry(self.log.lastIndex() + 1, self.term, kind, payload);
    self.log.append(entry);
    uncommittedBytes += entry.bytes();
    unsettled = true;
    if (takesOut(entry)) {
      replication.leavesAt(entry.index());
    }
  }

  private boolean takesOut(Entry entry) {
    return entry.kind() == Entry.Kind.CONFIGURATION && !entry.configuration().mayLead(self.id());
  }

  private void commit() {
    var log = self.log;
    long before = log.committed();
    long index = self.quorum.committed(followers::counted);
    if (index <= before || index > log.lastIndex() || log.term(index) != self.term) {
      return;
    }
    if (endsOwnTerm(before, index)) {
      return;
    }
    log.commit(index);
    for (long at = before + 1; at <= index; at++) {
      uncommittedBytes -= log.entry(at).bytes();
    }
    unsettled = true;
  }

  /// Whether what takes this member out is behind `before` and up to `index`, and nobody has all of
  /// that yet who could lead. With witnesses a quorum may have nobody else who can, and this member
  /// goes for good.
  private boolean endsOwnTerm(long before, long index) {
    for (long at = before + 1; at <= index; at++) {
      var entry = self.log.entry(at);
      if (takesOut(entry) && !followers.anyLeads(entry.configuration(), index)) {
        return true;
      }
    }
    return false;
  }

  private void lose(Progress peer, long nonce) {
    peer.lose(nonce, self.log.lastIndex() + 1);
    append(Entry.Kind.NO_OP, Bytes.EMPTY);
    handover.abandon(peer.member());
  }

  /// See [RaftNode#atRest].
  boolean atRest(LongPredicate lives) {
    var log = self.log;
    long last = log.lastIndex();
    return log.applied() == last
        && log.persisted() == last
        && !handover.wanted()
        && !confirmation.waiting()
        && membership.due() == null
        && followers.haveAll(last, lives);
  }
}
