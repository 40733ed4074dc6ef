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
      }
      case LogRecord.Trimmed(var mark) -> {
        // What was written before the oldest segment that is left may be gone: that is no gap.
        dropUpTo(mark.last().index());
        start = mark;
        needNoGap(mark.last().index());
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
    if (entries.isEmpty() && start != null && first != start.last().index() + 1) {
      throw damaged("entry " + first + " follows the start " + start.last().index());
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

  private void needNoGap(long index) {
    if (!entries.isEmpty() && entries.getFirst().index() != index + 1) {
      throw damaged("entry " + entries.getFirst().index() + " follows the start " + index);
    }
  }

  private CorruptionError damaged(String why) {
    return new CorruptionError(
        "the log of group %x does not fit together: %s. Replace this member".formatted(group, why));
  }
}
