package io.concordkv.node.shard;

import io.concordkv.base.Check;
import io.concordkv.raft.Entry;

/// Where the bars of a shard's engine end ([io.concordkv.storage.engine.lsm.LsmEngine#endBar]): a
/// rule of the log alone, counted from the end of the bar before, so that it is the same place on
/// all replicas, and for one that starts again from its last bar.
public final class Bars {
  /// An entry makes a row with the value and a shorter one of the history.
  private static final int BYTES_PER_BYTE = 2;

  private final long maxEntries;
  private final long maxBytes;
  private long entries;
  private long bytes;

  public Bars(long maxEntries, long maxBytes) {
    Check.that(maxEntries > 0 && maxBytes > 0, "a bar has entries");
    this.maxEntries = maxEntries;
    this.maxBytes = maxBytes;
  }

  /// Counts an entry. Returns whether a bar ends with it.
  boolean add(Entry entry) {
    return add((long) BYTES_PER_BYTE * entry.bytes());
  }

  /// Counts an entry that makes the engine so much larger.
  boolean add(long written) {
    entries++;
    bytes += written;
    return entries >= maxEntries || bytes >= maxBytes;
  }

  /// Nothing was counted since a bar ended.
  boolean isEmpty() {
    return entries == 0;
  }

  void ended() {
    entries = 0;
    bytes = 0;
  }
}
