package io.concordkv.replica;

import io.concordkv.base.CorruptionError;
import io.concordkv.raft.Configuration;
import io.concordkv.raft.ConfigurationEntry;
import io.concordkv.raft.Entry;
import io.concordkv.raft.HardState;
import io.concordkv.raft.LogPosition;
import io.concordkv.raft.SnapshotMark;
import io.concordkv.replica.GroupWriter.Written;
import io.concordkv.replica.wire.LogRecord;
import io.concordkv.storage.wal.WalDamage;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// With what a member goes on: its log and its state machine brought together.
///
/// A snapshot is installed in two durable steps, first the state, then the log's new start. A crash
/// between them leaves a state that the old log knows nothing of; then the log begins anew at the
/// state.
///
/// @param hollow the state lacks what the log does not have any more: it must come from a peer
/// @param repair records that must be durable before the member takes part
/// @param written where in the log the entries lie
record Recovery(
    SnapshotMark start,
    List<Entry> entries,
    HardState hardState,
    boolean suspect,
    boolean hollow,
    List<LogRecord> repair,
    List<Written> written) {

  /// A new member: it begins with the configuration as entry 1, as all founders do. One that joins
  /// a group has nothing, so it votes for nobody but is sent everything by the leader.
  static Recovery bootstrap(ConfigurationEntry founders, boolean suspect) {
    var start = new SnapshotMark(LogPosition.START, founders.next());
    boolean joins = founders.next().equals(Configuration.EMPTY);
    var first = new Entry(1, 1, Entry.Kind.CONFIGURATION, founders.encode());
    List<Entry> entries = joins ? List.of() : List.of(first);
    var hardState = joins ? HardState.START : new HardState(1, 0, 1);
    var repair = new ArrayList<LogRecord>();
    repair.add(new LogRecord.Start(start));
    repair.add(new LogRecord.Append(hardState, LogPosition.START, entries));
    if (suspect) {
      repair.add(new LogRecord.Suspect(true));
    }
    return new Recovery(start, entries, hardState, suspect, false, repair, List.of());
  }

  /// @param log null if the group has none
  /// @param applied what the state machine has
  /// @param lost whether the end of the log was damaged; damage before the end is known to `log`
  /// @param where for a person: where the log lies
  static Recovery of(
      long self,
      ConfigurationEntry founders,
      @Nullable GroupLog log,
      SnapshotMark applied,
      boolean lost,
      String where) {
    long appliedIndex = applied.last().index();
    if (log == null) {
      if (appliedIndex > 0) {
        throw new CorruptionError(
            "the log in "
                + where
                + " has nothing of a group whose state is at entry "
                + appliedIndex
                + ": it was lost, and with it the votes of this member. Replace the member");
      }
      needPeers(lost, self, founders.next(), where, null);
      return bootstrap(founders, lost);
    }
    log.complete();
    boolean bridged = log.bridge(applied);
    boolean suspect = lost || log.suspect() || (log.damage() != null && !log.exact());
    var start = log.start();
    boolean hollow = start != null && appliedIndex < start.last().index();
    if (start != null && hollow && isAlone(self, start.configuration())) {
      throw new CorruptionError(
          "the state is at entry "
              + appliedIndex
              + ", but the log in "
              + where
              + " starts behind entry "
              + start.last().index()
              + ": the state lost what it had made durable, and there is no other voter who has it."
              + " Restore a snapshot");
    }
    if (start == null && !suspect) {
      throw new CorruptionError("the log in " + where + " has no beginning. Replace the member");
    }
    needPeers(suspect, self, applied.configuration(), where, log.damage());
    needVote(log);
    Recovery recovery =
        start != null && (hollow || agrees(start, log.entries(), applied.last()))
            ? goOn(start, log, Math.max(appliedIndex, start.last().index()), suspect, hollow)
            : beginAt(applied, log.hardState(), suspect);
    if (bridged) {
      recovery.repair.add(new LogRecord.Trimmed(start == null ? applied : start));
      recovery.repair.add(new LogRecord.Append(recovery.hardState, LogPosition.START, List.of()));
    }
    if (suspect && !log.suspect()) {
      recovery.repair.add(new LogRecord.Suspect(true));
    }
    return recovery;
  }

  /// This with `next` behind all that the log has, in a term of its own, and all of it committed,
  /// whoever else may know otherwise.
  Recovery force(ConfigurationEntry next) {
    var last = entries.isEmpty() ? start.last() : entries.getLast().position();
    long term = Math.max(hardState.term(), last.term()) + 1;
    var forced = new Entry(last.index() + 1, term, Entry.Kind.CONFIGURATION, next.encode());
    var state = new HardState(term, 0, forced.index());
    var all = new ArrayList<>(entries);
    all.add(forced);
    var records = new ArrayList<>(repair);
    records.add(new LogRecord.Append(state, last, List.of(forced)));
    records.add(new LogRecord.Suspect(false));
    return new Recovery(start, all, state, false, hollow, records, written);
  }

  /// A vote that was forgotten could be given a second time. What the damaged part held of the hard
  /// state does not matter if a later record repeats it; otherwise nobody knows, and the peers know
  /// it even less.
  private static void needVote(GroupLog log) {
    var damage = log.damage();
    if (damage != null && !log.voteKnown()) {
      throw new CorruptionError(
          damage.file(),
          damage.offset(),
          damage.why()
              + ". What this member voted last may have stood there, and nothing behind it says so:"
              + " with its old id it could vote twice. Remove the member and add it again under a"
              + " new id with an empty directory");
    }
  }

  private static Recovery goOn(
      SnapshotMark start, GroupLog log, long appliedIndex, boolean suspect, boolean hollow) {
    var entries = log.entries();
    var last = entries.isEmpty() ? start.last() : entries.getLast().position();
    var hardState = atLeast(log.hardState(), last.term(), appliedIndex);
    return new Recovery(
        start, entries, hardState, suspect, hollow, new ArrayList<>(), log.written());
  }

  private static Recovery beginAt(SnapshotMark applied, HardState before, boolean suspect) {
    var hardState = atLeast(before, applied.last().term(), applied.last().index());
    // Whatever the old log had committed behind this is not here any more.
    hardState = new HardState(hardState.term(), hardState.vote(), applied.last().index());
    var repair = new ArrayList<LogRecord>();
    repair.add(new LogRecord.Start(applied));
    repair.add(new LogRecord.Append(hardState, LogPosition.START, List.of()));
    return new Recovery(applied, List.of(), hardState, suspect, false, repair, List.of());
  }

  /// In a term that the log knows and the hard state does not, this member has not voted: its vote
  /// would have been durable before anybody heard of it.
  private static HardState atLeast(HardState hardState, long term, long committed) {
    return new HardState(
        Math.max(hardState.term(), term),
        term > hardState.term() ? 0 : hardState.vote(),
        Math.max(hardState.committed(), committed));
  }

  private static boolean agrees(SnapshotMark start, List<Entry> entries, LogPosition applied) {
    long at = applied.index() - start.last().index();
    if (at == 0) {
      return start.last().equals(applied);
    }
    return at > 0 && at <= entries.size() && entries.get((int) at - 1).position().equals(applied);
  }

  private static boolean isAlone(long self, Configuration now) {
    return !now.joint() && now.voters().size() == 1 && now.votes(self);
  }

  private static void needPeers(
      boolean lost, long self, Configuration now, String where, @Nullable WalDamage damage) {
    if (!lost || !isAlone(self, now)) {
      return;
    }
    var advice =
        " and there is no other voter to fetch it from. Restore a snapshot, or open a copy of the"
            + " data to salvage what is left";
    if (damage != null) {
      throw new CorruptionError(
          damage.file(),
          damage.offset(),
          damage.why() + ". What it held cannot be read any more," + advice);
    }
    throw new CorruptionError(
        "damaged log in "
            + where
            + ": its last group was acknowledged and cannot be read any more,"
            + advice);
  }
}
