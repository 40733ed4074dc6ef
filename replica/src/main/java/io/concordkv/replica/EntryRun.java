package io.concordkv.replica;

import io.concordkv.raft.Entry;
import io.concordkv.raft.LogPosition;
import io.concordkv.replica.GroupWriter.Written;
import java.util.ArrayList;
import java.util.List;

/// Entries that follow one another behind a known position, and where the log has them.
///
/// Every record of entries names the position in front of it. If that is in here, all up to there
/// is what it was when the record was written (entries of equal index and term have equal ones
/// before them), whatever was lost in between; so each such record takes away all doubt.
final class EntryRun {
  private final ArrayList<Entry> entries = new ArrayList<>();
  private final ArrayList<Written> written = new ArrayList<>();
  private LogPosition before;
  private boolean exact = true;
  private long sure = Long.MAX_VALUE;

  EntryRun(LogPosition before) {
    this.before = before;
  }

  LogPosition before() {
    return before;
  }

  LogPosition last() {
    return entries.isEmpty() ? before : entries.getLast().position();
  }

  List<Entry> entries() {
    return entries;
  }

  List<Written> written() {
    return written;
  }

  /// Whether this is all that there was: nothing was lost behind it that changed it.
  boolean exact() {
    return exact;
  }

  /// Entries up to here are what was committed, `committed` being what the hard state says.
  long sure(long committed) {
    return exact ? committed : Math.min(sure, committed);
  }

  boolean holds(LogPosition position) {
    long at = position.index() - before.index();
    return at == 0
        ? position.equals(before)
        : at > 0 && at <= entries.size() && entries.get((int) at - 1).position().equals(position);
  }

  /// Puts `appended` behind `previous`, which this holds. The record begins at `position` of the
  /// log, or behind it.
  void replace(LogPosition previous, List<Entry> appended, long position) {
    int kept = (int) (previous.index() - before.index());
    entries.subList(kept, entries.size()).clear();
    entries.addAll(appended);
    written.add(new Written(position, appended.getLast().index()));
    exact = true;
  }

  /// Entries up to and with `upTo`, which this holds, are not needed.
  void trim(LogPosition upTo) {
    entries.subList(0, (int) (upTo.index() - before.index())).clear();
    before = upTo;
  }

  /// Records were lost behind what stands here, when `committed` was committed.
  void damaged(long committed) {
    sure = sure(committed);
    exact = false;
  }
}
