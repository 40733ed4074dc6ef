package io.concordkv.storage.engine.lsm.table;

/// Counts how close together the deletions of a table lie: the most among [TableInfo#CROWD]
/// successive entries. Few among many may still be all in one place, as where a queue is consumed,
/// and it is there that a walk begins.
final class Crowd {
  /// A bit for each of the last entries: whether it is a deletion.
  private final long[] last = new long[TableInfo.CROWD / Long.SIZE];

  private int at;
  private int deletions;
  private int most;

  void add(boolean deletion) {
    int word = at / Long.SIZE;
    long bit = 1L << at;
    deletions -= (last[word] & bit) == 0 ? 0 : 1;
    if (deletion) {
      last[word] |= bit;
      deletions++;
      most = Math.max(most, deletions);
    } else {
      last[word] &= ~bit;
    }
    at = (at + 1) % TableInfo.CROWD;
  }

  int most() {
    return most;
  }
}
