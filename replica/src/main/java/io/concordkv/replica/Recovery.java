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
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// With what a member goes on: its log and its state machine brought together.
///
/// A snapshot is installed in two durable steps, first the state, then the log's new start. A crash
/// between them leaves a state that the old log knows nothing of; then the log begins anew at the
/// state.
///
/// @param repair records that must be durable before the member takes part
/// @param written where in the log the entries lie
record Recovery(
    SnapshotMark start,
    List<Entry> entries,
    HardState hardState,
    boolean suspect,
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
    repair.add(new LogRecord.Append(hardState, 1, entries));
    if (suspect) {
      repair.add(new LogRecord.Suspect(true));
    }
    return new Recovery(start, entries, hardState, suspect, repair, List.of());
  }

  /// @param log null if the group has none
  /// @param applied what the state machine has
  /// @param lost whether the end of the log was damaged
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
      needPeers(lost, self, founders.next(), where);
      return bootstrap(founders, lost);
    }
    log.complete();
    boolean suspect = lost || log.suspect();
    var start = log.start();
    if (start != null && appliedIndex < start.last().index()) {
      throw new CorruptionError(
          "the state is at entry "
              + appliedIndex
              + ", but the log in "
              + where
              + " starts behind entry "
              + start.last().index()
              + ": the state lost what it had made durable. Replace the member");
    }
    if (start == null && !lost) {
      throw new CorruptionError("the log in " + where + " has no beginning. Replace the member");
    }
    Recovery recovery =
        start != null && agrees(start, log.entries(), applied.last())
            ? goOn(start, log, appliedIndex, suspect)
            : beginAt(applied, log.hardState(), suspect);
    needPeers(suspect, self, applied.configuration(), where);
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
    records.add(new LogRecord.Append(state, forced.index(), List.of(forced)));
    records.add(new LogRecord.Suspect(false));
    return new Recovery(start, all, state, false, records, written);
  }

  private static Recovery goOn(
      SnapshotMark start, GroupLog log, long appliedIndex, boolean suspect) {
    var entries = log.entries();
    var last = entries.isEmpty() ? start.last() : entries.getLast().position();
    var hardState = atLeast(log.hardState(), last.term(), appliedIndex);
    return new Recovery(start, entries, hardState, suspect, new ArrayList<>(), log.written());
  }

  private static Recovery beginAt(SnapshotMark applied, HardState before, boolean suspect) {
    var hardState = atLeast(before, applied.last().term(), applied.last().index());
    // Whatever the old log had committed behind this is not here any more.
    hardState = new HardState(hardState.term(), hardState.vote(), applied.last().index());
    var repair = new ArrayList<LogRecord>();
    repair.add(new LogRecord.Start(applied));
    repair.add(new LogRecord.Append(hardState, 0, List.of()));
    return new Recovery(applied, List.of(), hardState, suspect, repair, List.of());
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

  private static void needPeers(boolean lost, long self, Configuration now, String where) {
    if (lost && !now.joint() && now.voters().size() == 1 && now.votes(self)) {
      throw new CorruptionError(
          "damaged log in "
              + where
              + ": its last group was acknowledged and cannot be read any more, and there is no"
              + " other voter to fetch it from. Restore a snapshot, or open a copy of the data to"
              + " salvage what is left");
    }
  }
}
