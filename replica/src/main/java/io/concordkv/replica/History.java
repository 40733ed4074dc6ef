package io.concordkv.replica;

import io.concordkv.base.InvariantError;
import io.concordkv.raft.Configuration;
import io.concordkv.raft.Entry;
import io.concordkv.raft.LogPosition;
import io.concordkv.raft.SnapshotMark;
import java.util.ArrayDeque;
import java.util.List;

/// The marks of applied positions since the log's start: terms and configurations change rarely, so
/// only the changes are kept.
final class History {
  /// From `first` on, until the next one.
  private record Span(long first, long term, Configuration configuration) {}

  private final ArrayDeque<Span> spans = new ArrayDeque<>(1);

  History(SnapshotMark start) {
    restart(start);
  }

  void restart(SnapshotMark mark) {
    spans.clear();
    spans.add(new Span(mark.last().index(), mark.last().term(), mark.configuration()));
  }

  /// These entries are applied.
  void add(List<Entry> entries) {
    var last = spans.getLast();
    for (var entry : entries) {
      boolean reconfigures = entry.kind() == Entry.Kind.CONFIGURATION;
      if (reconfigures || entry.term() != last.term) {
        var configuration = reconfigures ? entry.after(last.configuration) : last.configuration;
        last = new Span(entry.index(), entry.term(), configuration);
        spans.add(last);
      }
    }
  }

  SnapshotMark at(long index) {
    var descending = spans.descendingIterator();
    while (descending.hasNext()) {
      var span = descending.next();
      if (span.first <= index) {
        return new SnapshotMark(new LogPosition(index, span.term), span.configuration);
      }
    }
    throw new InvariantError("position " + index + " lies behind the log's start");
  }

  /// Nobody asks for anything before `index` any more.
  void forgetBefore(long index) {
    while (spans.size() > 1) {
      var first = spans.removeFirst();
      if (spans.getFirst().first > index) {
        spans.addFirst(first);
        return;
      }
    }
  }
}
