package io.concordkv.replica;

import io.concordkv.base.CorruptionError;
import io.concordkv.raft.Entry;
import io.concordkv.raft.HardState;
import io.concordkv.raft.SnapshotMark;
import io.concordkv.replica.GroupWriter.Written;
import io.concordkv.replica.wire.LogRecord;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One group's log as its records make it, one after the other.
final class GroupLog {
  private final long group;
  private final ArrayList<Entry> entries = new ArrayList<>();
  private final ArrayList<Written> written = new ArrayList<>();
  private @Nullable SnapshotMark start;
  private HardState hardState = HardState.START;
  private boolean suspect;
  private @Nullable String gap;

  GroupLog(long group) {
    this.group = group;
  }

  /// `position` is where the record begins, or something before it.
  void add(LogRecord record, long position) {
    switch (record) {
      case LogRecord.Append(var state, var first, var appended) -> {
        if (!appended.isEmpty()) {
          append(first, appended);
          written.add(new Written(position, appended.getLast().index()));
        }
        if (state != null) {
          hardState = state;
        }
      }
      case LogRecord.Start(var mark) -> {
        entries.clear();
        written.clear();
        start = mark;
        gap = null;
      }
      case LogRecord.Trimmed(var mark) -> {
        // What was written before the oldest segment that is left may be gone: that is no gap if
        // a later record trims it.
        dropUpTo(mark.last().index());
        start = mark;
        gap = gapBehind(mark.last().index());
      }
      case LogRecord.Suspect(var now) -> suspect = now;
    }
  }

  /// Null if the record that said where the log starts is lost.
  @Nullable SnapshotMark start() {
    return start;
  }

  List<Entry> entries() {
    return entries;
  }

  List<Written> written() {
    return written;
  }

  HardState hardState() {
    return hardState;
  }

  boolean suspect() {
    return suspect;
  }

  private void append(long first, List<Entry> appended) {
    if (start != null && first <= start.last().index()) {
      throw damaged("entry " + first + " lies before the log's start");
    }
    while (!entries.isEmpty() && entries.getLast().index() >= first) {
      entries.removeLast();
    }
    if (!entries.isEmpty() && entries.getLast().index() + 1 != first) {
      throw damaged("entry " + first + " follows " + entries.getLast().index());
    }
    if (entries.isEmpty() && start != null && start.last().index() + 1 != first) {
      gap = gap(first, start.last().index());
    }
    entries.addAll(appended);
  }

  private void dropUpTo(long index) {
    int gone = 0;
    while (gone < entries.size() && entries.get(gone).index() <= index) {
      gone++;
    }
    entries.subList(0, gone).clear();
  }

  private @Nullable String gapBehind(long index) {
    return entries.isEmpty() || entries.getFirst().index() == index + 1
        ? null
        : gap(entries.getFirst().index(), index);
  }

  private static String gap(long first, long start) {
    return "entry " + first + " follows the start " + start;
  }

  /// All records are read. What was missing in between must have been trimmed by a later one: the
  /// segments that held it may be gone while older starts are still there to be read.
  void complete() {
    if (gap != null) {
      throw damaged(gap);
    }
  }

  private CorruptionError damaged(String why) {
    return new CorruptionError(
        "the log of group %x does not fit together: %s. Replace this member".formatted(group, why));
  }
}
