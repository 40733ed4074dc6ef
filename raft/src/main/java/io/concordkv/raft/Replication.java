package io.concordkv.raft;

import io.concordkv.base.Bytes;
import io.concordkv.raft.progress.Progress;
import java.util.ArrayList;
import java.util.List;

/// What a leader sends its followers: entries, news of what is committed, heartbeats, snapshots.
///
/// A witness gets empty entries in the place of commands: it has to know where entries stand, so
/// that it can tell whose log is newer, and nothing else. It gets them once this leader has them on
/// its disk, not side by side with that as others do: an entry that only witnesses had after a
/// power cut would make their logs the newest, and nobody with data could win their votes again.
/// For the same reason it gets nothing behind an entry that takes this leader out.
final class Replication {
  private final Member self;
  private final Followers followers;

  /// The last entry that a witness may have.
  private long lastForWitnesses = Long.MAX_VALUE;

  Replication(Member self, Followers followers) {
    this.self = self;
    this.followers = followers;
  }

  /// Once the entry at `index` is committed, this leader goes.
  void leavesAt(long index) {
    lastForWitnesses = index;
  }

  /// Sends what is due to a follower.
  void replicate(Progress peer) {
    var log = self.log;
    boolean sent = false;
    while (!peer.paused() && (peer.next() <= end(peer) || peer.state() == Progress.State.PROBE)) {
      if (!append(peer, true)) {
        return;
      }
      sent = true;
    }
    if (sent || peer.state() != Progress.State.REPLICATE) {
      return;
    }
    long known = Math.min(log.committed(), peer.next() - 1);
    boolean newsOfCommit = peer.idle() && peer.sentCommit() < known;
    if (peer.nudged() || newsOfCommit) {
      append(peer, false);
    }
  }

  /// The last that a follower hears of this leader: what was committed, be it its own removal.
  void farewell(Progress peer) {
    if (peer.state() == Progress.State.REPLICATE && peer.sentCommit() < self.log.committed()) {
      append(peer, false);
    }
  }

  void heartbeat(long context) {
    for (var peer : followers.all()) {
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

  /// What a lost member says is believed only so far as to where it is sent entries from: be it of
  /// the loss, from before it, or from a member that is trusted and whose old loss was heard late.
  void rewind(Progress peer, Message.AppendReply message) {
    var log = self.log;
    long end =
        message.accepted()
            ? message.index()
            : log.candidate(message.hint().index(), message.hint().term());
    boolean more = end < log.lastIndex() || peer.sentCommit() < log.committed();
    peer.rewind(end, log.startIndex(), more);
  }

  /// Returns false if the follower needs what is gone.
  private boolean append(Progress peer, boolean withEntries) {
    var log = self.log;
    long previous = peer.next() - 1;
    if (previous < log.startIndex()) {
      snapshot(peer);
      return false;
    }
    List<Entry> entries = List.of();
    long bytes = 0;
    if (withEntries && peer.next() <= end(peer)) {
      var batch = log.batch(peer.next(), self.config.maxAppendBytes());
      entries = isWitness(peer) ? forWitness(batch.entries(), end(peer)) : batch.entries();
      bytes = batch.bytes();
    }
    self.out.send(
        new Message.Append(
            self.id(), peer.member(), self.term, log.position(previous), entries, log.committed()));
    peer.sent(entries.size(), bytes, log.committed());
    return true;
  }

  private void snapshot(Progress peer) {
    if (!peer.active()) {
      return;
    }
    var last = self.log.position(self.log.applied());
    peer.snapshot(last.index());
    self.out.send(
        new Message.InstallSnapshot(
            self.id(), peer.member(), self.term, new SnapshotMark(last, self.configuration)));
  }

  private boolean isWitness(Progress peer) {
    return self.configuration.witnesses().contains(peer.member());
  }

  /// The last entry that a follower may have.
  private long end(Progress peer) {
    return isWitness(peer)
        ? Math.min(self.log.persisted(), lastForWitnesses)
        : self.log.lastIndex();
  }

  private static List<Entry> forWitness(List<Entry> entries, long end) {
    var bare = new ArrayList<Entry>(entries.size());
    for (var entry : entries) {
      if (entry.index() <= end) {
        bare.add(
            entry.kind() == Entry.Kind.COMMAND
                ? new Entry(entry.index(), entry.term(), Entry.Kind.NO_OP, Bytes.EMPTY)
                : entry);
      }
    }
    return bare;
  }
}
