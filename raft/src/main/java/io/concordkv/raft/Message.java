package io.concordkv.raft;

import io.concordkv.base.Bytes;
import java.util.List;

/// What members of a group say to one another. The names are those of the Raft paper.
///
/// `from` and `to` are member ids. A term of 0 marks a message that belongs to no term: what a
/// follower passes on for its clients.
public sealed interface Message {
  long from();

  long to();

  long term();

  /// Asks for a vote. With `pre` it only asks whether one would be given (PreVote, Ongaro 2014,
  /// section 9.6), for the term that would follow. `transfer` marks an election that the leader
  /// itself asked for, which leases must not hold up.
  record Vote(long from, long to, long term, LogPosition last, boolean pre, boolean transfer)
      implements Message {}

  /// @param committed up to where the log is known to be committed: who asks because it missed that
  ///   goes on from there, perhaps by other members
  record VoteReply(
      long from, long to, long term, boolean granted, boolean pre, LogPosition committed)
      implements Message {}

  /// Entries that follow `previous`; none of them is a probe or carries a newer `commit`.
  record Append(
      long from, long to, long term, LogPosition previous, List<Entry> entries, long commit)
      implements Message {
    public Append {
      entries = List.copyOf(entries);
    }
  }

  /// Accepted: `index` is the last one known to match and durable. Refused: `index` is the
  /// `previous` that did not match, and `hint` the last position that may match (one round trip for
  /// each term, not for each entry). `lost` says that the follower may have lost entries that it
  /// had acknowledged, so the leader must forget what it knew to match.
  record AppendReply(
      long from, long to, long term, long index, boolean accepted, LogPosition hint, boolean lost)
      implements Message {}

  /// The leader lives; `commit` is at most what the receiver is known to have. `context` names a
  /// round of [RaftNode#readIndex], 0 where there is none.
  record Heartbeat(long from, long to, long term, long commit, long context) implements Message {}

  /// `priority` as in [RaftConfig#priority()]; `leaseNanos` as in [RaftConfig#leaseNanos()]: for so
  /// long the sender votes for nobody else, whatever clocks are declared to do.
  record HeartbeatReply(long from, long to, long term, long context, int priority, long leaseNanos)
      implements Message {}

  /// The log that the receiver needs is gone; it gets the state instead. The driver sends the state
  /// itself and gives the receiver this message once all of it is there.
  record InstallSnapshot(long from, long to, long term, SnapshotMark snapshot) implements Message {}

  /// Tells the receiver to campaign at once (leadership transfer, Ongaro 2014, section 3.10).
  record TimeoutNow(long from, long to, long term) implements Message {}

  /// A follower asks the leader up to where it must have applied before it may read.
  record ReadIndex(long from, long to, long token) implements Message {
    @Override
    public long term() {
      return 0;
    }
  }

  /// `index` 0: this member cannot answer now.
  record ReadIndexReply(long from, long to, long term, long token, long index) implements Message {}

  /// A follower passes a command on.
  record Propose(long from, long to, List<Bytes> commands) implements Message {
    public Propose {
      commands = List.copyOf(commands);
    }

    @Override
    public long term() {
      return 0;
    }
  }
}
