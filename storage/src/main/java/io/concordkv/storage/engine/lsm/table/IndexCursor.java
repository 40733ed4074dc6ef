package io.concordkv.storage.engine.lsm.table;

import io.concordkv.base.Bytes;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A place in the index of a table, which has an entry for each data block, in the order of the
/// keys.
///
/// A small index is one block. A larger one is cut into *partitions*, and a top level says where
/// each of them lies, so that a lookup loads only the one that it needs.
final class IndexCursor {
  private final Table table;
  private final boolean caching;
  private final @Nullable Block top;
  private int partition = -1;
  private @Nullable Block entries;
  private int entry;

  IndexCursor(Table table, boolean caching) {
    this.table = table;
    this.caching = caching;
    this.top = table.topLevel(caching);
  }

  boolean valid() {
    return entries != null && entry >= 0 && entry < entries.restarts();
  }

  void toFirst() {
    if (enter(0)) {
      entry = 0;
    }
  }

  void toLast() {
    if (enter(partitions() - 1)) {
      entry = entries().restarts() - 1;
    }
  }

  /// To the only block that may have `key`.
  void toCeiling(Bytes key) {
    if (enter(top == null ? 0 : top.firstRestartAtOrAbove(key))) {
      entry = entries().firstRestartAtOrAbove(key);
    }
  }

  /// Also goes on behind a partition that could not be read.
  void next() {
    entry++;
    if (!valid() && enter(partition + 1)) {
      entry = 0;
    }
  }

  void previous() {
    entry--;
    if (!valid() && enter(partition - 1)) {
      entry = entries().restarts() - 1;
    }
  }

  /// Where the block lies.
  Handle block() {
    return entries().handle(entry);
  }

  /// No key of the block is above this one, and all of the next one are. Of a partition that could
  /// not be read: no key of all its blocks; null if that is not known.
  @Nullable Bytes limit() {
    if (entries != null) {
      return entries.restartKey(entry);
    }
    return top == null ? null : top.restartKey(partition);
  }

  private int partitions() {
    return top == null ? 1 : top.restarts();
  }

  private Block entries() {
    return Objects.requireNonNull(entries);
  }

  /// Whether there is a partition `target`.
  private boolean enter(int target) {
    if (entries == null || target != partition) {
      partition = target;
      entries = null;
      if (target >= 0 && target < partitions()) {
        entries = table.partition(top == null ? table.index() : top.handle(target), caching);
      }
    }
    return entries != null;
  }
}
