package io.concordkv.raft.progress;

import io.concordkv.base.Check;

/// The appends under way to one follower, each known by its last index: a ring, bounded by their
/// number and by the sum of their bytes. One more may be sent while neither bound is reached, so
/// the bytes may exceed theirs by one message.
public final class Inflights {
  private final int maxMessages;
  private final long maxBytes;
  private long[] lastIndexes = new long[2];
  private long[] sizes = new long[2];
  private int start;
  private int count;
  private long bytes;

  public Inflights(int maxMessages, long maxBytes) {
    Check.that(maxMessages > 0 && maxBytes > 0, "at least one append may be under way");
    this.maxMessages = maxMessages;
    this.maxBytes = maxBytes;
  }

  public boolean full() {
    return count >= maxMessages || bytes >= maxBytes;
  }

  public int count() {
    return count;
  }

  public long bytes() {
    return bytes;
  }

  public void add(long lastIndex, long size) {
    Check.that(!full(), "no append is sent beyond the window");
    if (count == lastIndexes.length) {
      grow();
    }
    int at = (start + count) & (lastIndexes.length - 1);
    lastIndexes[at] = lastIndex;
    sizes[at] = size;
    count++;
    bytes += size;
  }

  /// What ends at `index` or before has arrived.
  public void arrived(long index) {
    while (count > 0 && lastIndexes[start] <= index) {
      bytes -= sizes[start];
      start = (start + 1) & (lastIndexes.length - 1);
      count--;
    }
  }

  public void clear() {
    start = 0;
    count = 0;
    bytes = 0;
  }

  private void grow() {
    int capacity = lastIndexes.length;
    var grownIndexes = new long[capacity * 2];
    var grownSizes = new long[capacity * 2];
    for (int i = 0; i < count; i++) {
      int at = (start + i) & (capacity - 1);
      grownIndexes[i] = lastIndexes[at];
      grownSizes[i] = sizes[at];
    }
    lastIndexes = grownIndexes;
    sizes = grownSizes;
    start = 0;
  }
}
