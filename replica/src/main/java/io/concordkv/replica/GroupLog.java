package io.concordkv.replica;

import io.concordkv.base.CorruptionError;
import io.concordkv.raft.Entry;
import io.concordkv.raft.HardState;
import io.concordkv.raft.LogPosition;
import io.concordkv.raft.SnapshotMark;
import io.concordkv.replica.GroupWriter.Written;
import io.concordkv.replica.wire.LogRecord;
import io.concordkv.storage.wal.WalDamage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One group's log as its records make it, one after the other.
///
/// There is the log itself, behind its start, and perhaps a *loose* run of entries that does not
/// follow it: what lies between was in a part of the log that is damaged, or gone with its segment.
/// A loose run takes the log's place if it turns out that the state has everything in front of it,
/// and is dropped when entries come that follow the log itself.
final class GroupLog {
  private final long group;
  private @Nullable SnapshotMark start;
  private @Nullable EntryRun log;
  private @Nullable EntryRun loose;
  private HardState hardState = HardState.START;
  private boolean suspect;
  private @Nullable WalDamage damage;
  private boolean voteKnown = true;

  GroupLog(long group) {
    this.group = group;
  }

  /// `position` is where the record begins, or something before it.
  void add(LogRecord record, long position) {
    switch (record) {
      case LogRecord.Append(var state, var previous, var appended) -> {
        if (!appended.isEmpty()) {
          append(previous, appended, position);
        }
        if (state != null) {
          hardState = state;
          voteKnown = true;
        }
      }
      case LogRecord.Start(var mark) -> {
        start = mark;
        log = new EntryRun(mark.last());
        loose = null;
      }
      case LogRecord.Trimmed(var mark) -> trim(mark);
      case LogRecord.Suspect(var now) -> suspect = now;
    }
  }

  /// Records may be missing that stood here, of this group or of others.
  void damaged(WalDamage what) {
    damage = what;
    voteKnown = false;
    if (log != null) {
      log.damaged(hardState.committed());
    }
    if (loose != null) {
      loose.damaged(hardState.committed());
    }
  }

  /// What is damaged of the log, as far as that may concern this group; null if nothing.
  @Nullable WalDamage damage() {
    return damage;
  }

  /// Null if the record that said where the log starts is lost.
  @Nullable SnapshotMark start() {
    return start;
  }

  List<Entry> entries() {
    return log == null ? List.of() : log.entries();
  }

  List<Written> written() {
    return log == null ? List.of() : log.written();
  }

  /// Committed is what is known to be, in spite of all damage.
  HardState hardState() {
    long committed = log == null ? 0 : log.sure(hardState.committed());
    return new HardState(hardState.term(), hardState.vote(), committed);
  }

  boolean suspect() {
    return suspect;
  }

  /// Whether nothing is missing behind the log's start.
  boolean exact() {
    return log != null && log.exact();
  }

  /// Whether the last hard state was read: no vote is forgotten.
  boolean voteKnown() {
    return voteKnown;
  }

  /// Makes the loose run the log if `applied` lies in it and not in what is known to be the log:
  /// then the state has what is missing. Returns whether it did.
  boolean bridge(SnapshotMark applied) {
    var run = loose;
    if (run == null || !run.holds(applied.last()) || (exact() && holds(applied.last()))) {
      return false;
    }
    trim(applied);
    return true;
  }

  private void append(LogPosition previous, List<Entry> appended, long position) {
    if (start != null && previous.index() < start.last().index()) {
      throw damaged("entry " + (previous.index() + 1) + " lies before the log's start");
    }
    if (holds(previous)) {
      known().replace(previous, appended, position);
      loose = null;
      return;
    }
    var run = loose;
    if (run == null || !run.holds(previous)) {
      if (damage == null && log != null && !log.entries().isEmpty()) {
        long last = log.last().index();
        throw damaged("entry " + (previous.index() + 1) + " follows " + last);
      }
      run = new EntryRun(previous);
      loose = run;
    }
    run.replace(previous, appended, position);
  }

  private void trim(SnapshotMark mark) {
    var last = mark.last();
    var run = loose;
    start = mark;
    if (run != null && run.holds(last)) {
      run.trim(last);
      log = run;
      loose = null;
    } else if (holds(last)) {
      known().trim(last);
    } else {
      // What it was is gone with the segments that held it; a later record may bridge the gap.
      boolean exact = damage == null;
      log = new EntryRun(last);
      if (!exact) {
        log.damaged(last.index());
      }
      if (run != null && run.before().index() < last.index()) {
        loose = null;
      }
    }
  }

  private boolean holds(LogPosition position) {
    return log != null && log.holds(position);
  }

  private EntryRun known() {
    if (log == null) {
      throw damaged("it has no beginning");
    }
    return log;
  }

  /// All records are read. What was missing in between must have been trimmed by a later one: the
  /// segments that held it may be gone while older starts are still there to be read.
  void complete() {
    if (damage == null && start != null && loose != null) {
      long first = loose.before().index() + 1;
      throw damaged("entry " + first + " follows the start " + start.last().index());
    }
  }

  private CorruptionError damaged(String why) {
    return new CorruptionError(
        "the log of group %x does not fit together: %s. Replace this member".formatted(group, why));
  }
}
