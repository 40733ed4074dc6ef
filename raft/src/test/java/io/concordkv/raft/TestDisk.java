package io.concordkv.raft;

import io.concordkv.base.Bytes;
import java.util.ArrayList;
import java.util.List;

/// What a member's medium holds for sure: what a power cut leaves.
final class TestDisk {
  SnapshotMark start;
  final List<Entry> entries = new ArrayList<>();
  HardState hardState = HardState.START;

  TestDisk(Configuration configuration) {
    this.start = new SnapshotMark(LogPosition.START, configuration);
    if (!configuration.equals(Configuration.EMPTY)) {
      entries.add(
          new Entry(
              1,
              1,
              Entry.Kind.CONFIGURATION,
              new ConfigurationEntry(configuration, Bytes.EMPTY).encode()));
    }
  }

  long last() {
    return start.last().index() + entries.size();
  }

  boolean holds(long index, long term) {
    return index <= start.last().index() || (index <= last() && entry(index).term() == term);
  }

  Entry entry(long index) {
    return entries.get((int) (index - start.last().index()) - 1);
  }

  void write(Ready ready) {
    if (ready.snapshot() != null) {
      start = ready.snapshot();
      entries.clear();
    }
    if (!ready.entries().isEmpty()) {
      cut(ready.entries().getFirst().index() - 1);
      entries.addAll(ready.entries());
    }
    if (ready.hardState() != null) {
      hardState = ready.hardState();
    }
  }

  void cut(long last) {
    while (last() > last && !entries.isEmpty()) {
      entries.removeLast();
    }
  }

  void trim(SnapshotMark mark) {
    while (start.last().index() < mark.last().index() && !entries.isEmpty()) {
      start = new SnapshotMark(entries.removeFirst().position(), mark.configuration());
    }
  }
}
