package io.concordkv.raft;

import io.concordkv.base.Bytes;
import io.concordkv.base.Check;
import io.concordkv.raft.progress.Inflights;
import io.concordkv.raft.progress.Progress;
import io.concordkv.raft.quorum.Ballot;
import io.concordkv.raft.quorum.VoteResult;
import io.concordkv.raft.read.ReadRounds;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

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
  private final ReadRounds reads;
  private final long firstOfTerm;
  private final Membership membership;
  private Progress[] peers = {};
  private long uncommittedBytes;
  private long transferee;
  private int transferTicks;
  private int quorumTicks;
  private int heartbeatTicks;
  private boolean unsettled = true;

  Leadership(Member self, ReadRounds reads) {
    this.self = self;
    this.reads = reads;
    this.firstOfTerm = self.log.lastIndex() + 1;
    this.membership = new Membership(self, firstOfTerm);
    for (long index = self.log.committed() + 1; index < firstOfTerm; index++) {
      uncommittedBytes += self.log.entry(index).bytes();
    }
    reconfigure();
    append(Entry.Kind.NO_OP, Bytes.EMPTY);
    commit();
  }

  /// Returns false if a quorum was not heard from for an election timeout.
  boolean tick() {
    if (transferee != 0 && ++transferTicks >= self.config.electionTicks()) {
      transferee = 0;
    }
    if (++quorumTicks >= self.config.electionTicks()) {
      quorumTicks = 0;
      if (self.config.checkQuorum() && !hearsQuorum()) {
        return false;
      }
      for (var peer : peers) {
        peer.listen();
      }
    }
    if (++heartbeatTicks >= self.config.heartbeatTicks()) {
      heartbeatTicks = 0;
      heartbeat(reads.context());
    }
    return true;
  }

  ProposeResult propose(List<Bytes> commands) {
    long bytes = 0;
    for (var command : commands) {
      bytes += Entry.bytes(command);
    }
    if (transferee != 0) {
      return new ProposeResult.NotLeader(0);
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
    if (transferee != 0) {
      return new ProposeResult.NotLeader(0);
    }
    return switch (membership.plan(change, member -> counted(member))) {
      case ConfigChange.Outcome.Refused(var why) -> new ProposeResult.Refused(why);
      case ConfigChange.Outcome.Next(var next) -> {
        append(Entry.Kind.CONFIGURATION, new ConfigurationEntry(next, context).encode());
        yield new ProposeResult.Accepted(self.log.last());
      }
    };
  }

  /// Entries were applied, perhaps the one that made the configuration joint.
  void applied() {
    var leaving = membership.leaving();
    if (!leaving.isEmpty()) {
      append(Entry.Kind.CONFIGURATION, leaving);
    }
  }

  void read(long member, long token) {
    if (reads.add(member, token)) {
      unsettled = true;
    } else {
      answer(member, token, 0);
    }
  }

  boolean transfer(long to) {
    var peer = find(to);
    if (to != self.id() && (peer == null || !self.configuration.votes(to) || peer.lost())) {
      return false;
    }
    if (to != self.id() && to != transferee) {
      transferee = to;
      transferTicks = 0;
      hurryTransfer(to);
    }
    return true;
  }

  void appendReply(Message.AppendReply message) {
    var peer = find(message.from());
    if (peer == null) {
      return;
    }
    peer.heard();
    if (message.lost() && peer.lossNonce() != message.index()) {
      lose(peer, message.index());
    }
    if (peer.lost()) {
      if (message.lost() || !message.accepted() || message.index() < peer.barrier()) {
        rewind(peer, message);
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
        hurryTransfer(peer.member());
      }
    }
  }

  void heartbeatReply(Message.HeartbeatReply message) {
    var peer = find(message.from());
    if (peer == null) {
      return;
    }
    peer.heard();
    if (peer.state() == Progress.State.PROBE || peer.match() < self.log.lastIndex()) {
      peer.nudge();
      unsettled = true;
    }
    if (!peer.lost() && reads.acknowledge(peer.member(), message.context())) {
      finishReads();
    }
  }

  void unreachable(long member) {
    var peer = find(member);
    if (peer != null) {
      peer.unreachable();
    }
  }

  void snapshotEnded(long member, boolean delivered) {
    var peer = find(member);
    if (peer != null) {
      peer.snapshotEnded(delivered);
    }
  }

  /// More of the own log is durable.
  void persisted() {
    commit();
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
    peers = next.toArray(new Progress[0]);
    unsettled = true;
    if (find(transferee) == null) {
      transferee = 0;
    }
  }

  /// Makes the messages that are due.
  void settle() {
    if (!unsettled) {
      return;
    }
    unsettled = false;
    beginReads();
    for (var peer : peers) {
      replicate(peer);
    }
  }

  /// The term is over: nobody is left to answer who waits here.
  void resign() {
    for (var read : reads.abandon()) {
      answer(read.member(), read.token(), 0);
    }
  }

  SortedMap<Long, RaftStatus.Follower> followers() {
    var followers = new TreeMap<Long, RaftStatus.Follower>();
    for (var peer : peers) {
      var state = peer.lost() ? "LOST" : peer.state().name();
      followers.put(
          peer.member(), new RaftStatus.Follower(peer.match(), peer.next(), peer.active(), state));
    }
    return followers;
  }

  private void append(Entry.Kind kind, Bytes payload) {
    var entry = new Entry(self.log.lastIndex() + 1, self.term, kind, payload);
    self.log.append(entry);
    uncommittedBytes += entry.bytes();
    unsettled = true;
  }

  private void commit() {
    var log = self.log;
    long before = log.committed();
    long index =
        self.quorum.committed(member ->
            member == self.id() ? log.persisted() : counted(member));
    if (index <= before || index > log.lastIndex() || log.term(index) != self.term) {
      return;
    }
    log.commit(index);
    for (long at = before + 1; at <= index; at++) {
      uncommittedBytes -= log.entry(at).bytes();
    }
    unsettled = true;
  }

  private void replicate(Progress peer) {
    var log = self.log;
    boolean sent = false;
    while (!peer.paused()
        && (peer.next() <= log.lastIndex() || peer.state() == Progress.State.PROBE)) {
      if (!sendAppend(peer, true)) {
        return;
      }
      sent = true;
    }
    if (sent || peer.state() != Progress.State.REPLICATE) {
      return;
    }
    boolean newsOfCommit = peer.idle() && peer.sentCommit() < log.committed();
    if (peer.nudged() || newsOfCommit) {
      sendAppend(peer, false);
    }
  }

  /// Returns false if the follower needs what is gone.
  private boolean sendAppend(Progress peer, boolean withEntries) {
    var log = self.log;
    long previous = peer.next() - 1;
    if (previous < log.startIndex()) {
      sendSnapshot(peer);
      return false;
    }
    List<Entry> entries = List.of();
    long bytes = 0;
    if (withEntries && peer.next() <= log.lastIndex()) {
      var batch = log.batch(peer.next(), self.config.maxAppendBytes());
      entries = batch.entries();
      bytes = batch.bytes();
    }
    self.out.send(
        new Message.Append(
            self.id(), peer.member(), self.term, log.position(previous), entries, log.committed()));
    peer.sent(entries.size(), bytes, log.committed());
    return true;
  }

  private void sendSnapshot(Progress peer) {
    if (!peer.active()) {
      return;
    }
    var last = self.log.position(self.log.applied());
    peer.snapshot(last.index());
    self.out.send(
        new Message.InstallSnapshot(
            self.id(), peer.member(), self.term, new SnapshotMark(last, self.configuration)));
  }

  private void lose(Progress peer, long nonce) {
    peer.lose(nonce, self.log.lastIndex() + 1);
    append(Entry.Kind.NO_OP, Bytes.EMPTY);
    if (transferee == peer.member()) {
      transferee = 0;
    }
  }

  /// What a lost member says is believed only so far as to where it is sent entries from: be it of
  /// the loss, from before it, or from a member that is trusted and whose old loss was heard late.
  private void rewind(Progress peer, Message.AppendReply message) {
    var log = self.log;
    long end =
        message.accepted()
            ? message.index()
            : log.candidate(message.hint().index(), message.hint().term());
    boolean more = end < log.lastIndex() || peer.sentCommit() < log.committed();
    peer.rewind(end, log.startIndex(), more);
    unsettled = true;
  }

  private void heartbeat(long context) {
    for (var peer : peers) {
      boolean trusted = !peer.lost() || self.log.committed() < peer.barrier();
      self.out.send(
          new Message.Heartbeat(
              self.id(),
              peer.member(),
              self.term,
              trusted ? Math.min(peer.counted(), self.log.committed()) : self.log.committed(),
              trusted ? context : peer.lossNonce()));
    }
  }

  private void beginReads() {
    if (!reads.waiting() || reads.context() != 0 || self.log.committed() < firstOfTerm) {
      return;
    }
    long context = reads.begin(self.log.committed());
    if (!finishReads()) {
      heartbeat(context);
    }
  }

  private boolean finishReads() {
    var result =
        self.quorum.result(member ->
            member == self.id() || reads.acknowledged(member) ? Ballot.GRANTED : Ballot.OPEN);
    if (result != VoteResult.WON) {
      return false;
    }
    long index = reads.index();
    for (var read : reads.end()) {
      answer(read.member(), read.token(), index);
    }
    unsettled = true;
    return true;
  }

  private void answer(long member, long token, long index) {
    if (member == self.id()) {
      self.out.answer(token, index);
    } else {
      self.out.send(new Message.ReadIndexReply(self.id(), member, self.term, token, index));
    }
  }

  private void hurryTransfer(long member) {
    var peer = find(member);
    if (peer != null
        && member == transferee
        && !peer.lost()
        && peer.match() == self.log.lastIndex()) {
      self.out.send(new Message.TimeoutNow(self.id(), member, self.term));
    }
  }

  private boolean hearsQuorum() {
    return self.quorum.result(member -> {
      var peer = find(member);
      boolean heard = member == self.id() || (peer != null && peer.active());
      return heard ? Ballot.GRANTED : Ballot.REFUSED;
    })
        == VoteResult.WON;
  }

  private Progress follow(long member) {
    var window = new Inflights(self.config.maxInflightMessages(), self.config.maxInflightBytes());
    return new Progress(member, self.log.lastIndex() + 1, window);
  }

  private long counted(long member) {
    var peer = find(member);
    return peer == null ? 0 : peer.counted();
  }

  private @Nullable Progress find(long member) {
    for (var peer : peers) {
      if (peer.member() == member) {
        return peer;
      }
    }
    return null;
  }
}
