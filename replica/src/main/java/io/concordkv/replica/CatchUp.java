package io.concordkv.replica;

import io.concordkv.raft.Entry;
import java.util.ArrayDeque;
import java.util.List;

/// How many applied entries stay in memory for slow followers: bounded in number and bytes, counted
/// in the batches in which they were applied.
final class CatchUp {
  private record Batch(long last, int entries, long bytes) {}

  private final long maxEntries;
  private final long maxBytes;
  private final ArrayDeque<Batch> batches = new ArrayDeque<>(1);
  private long start;
  private long entries;
  private long bytes;

  CatchUp(long maxEntries, long maxBytes, long start) {
    this.maxEntries = maxEntries;
    this.maxBytes = maxBytes;
    this.start = start;
  }

  /// Takes applied entries and returns up to where memory need not keep them any more.
  long add(List<Entry> applied, long appliedBytes) {
    if (!applied.isEmpty()) {
      batches.add(new Batch(applied.getLast().index(), applied.size(), appliedBytes));
      entries += applied.size();
      bytes += appliedBytes;
    }
    while (entries > maxEntries || bytes > maxBytes) {
      var oldest = batches.remove();
      entries -= oldest.entries;
      bytes -= oldest.bytes;
      start = oldest.last;
    }
    return start;
  }

  void restart(long index) {
    batches.clear();
    entries = 0;
    bytes = 0;
    start = index;
  }

  /// The last index that is not kept.
  long start() {
    return start;
  }
}
