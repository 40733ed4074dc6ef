package io.concordkv.storage.engine.lsm.table;

import java.util.ArrayDeque;

/// Reads all blocks of a table, one after the other and past the cache, and checks each. Used by
/// one thread at a time.
public final class TableParts {
  /// A block that is still to be read.
  ///
  /// @param levels of an index that begin with it: behind an index with one level are data blocks
  private record Part(Handle block, int levels) {}

  private final Table table;
  private final ArrayDeque<Part> due = new ArrayDeque<>();
  private boolean begun;

  TableParts(Table table) {
    this.table = table;
  }

  /// Reads the next block and returns its length; 0 behind the last one. A damaged one is a
  /// `CorruptionError`, and the next call goes on behind it; what a damaged part of the index leads
  /// to is passed over.
  public int next() {
    if (!begun) {
      begun = true;
      begin();
    }
    var part = due.pollFirst();
    if (part == null) {
      return 0;
    }
    if (part.levels == 0) {
      return table.load(part.block).length;
    }
    var level = part.levels == 1 ? Table.Level.INDEX : Table.Level.TOP;
    var index = table.load(part.block, level);
    for (int i = index.restarts() - 1; i >= 0; i--) {
      due.addFirst(new Part(index.handle(i), part.levels - 1));
    }
    return index.data.length;
  }

  private void begin() {
    var top = table.top();
    due.add(top.isNone() ? new Part(table.index(), 1) : new Part(top, 2));
    table.others().forEach(block -> due.add(new Part(block, 0)));
  }
}
