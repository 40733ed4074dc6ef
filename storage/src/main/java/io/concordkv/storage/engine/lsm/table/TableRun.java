package io.concordkv.storage.engine.lsm.table;

import io.concordkv.base.Bytes;
import io.concordkv.storage.engine.KeyRange;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A walk over one table. Whoever wants only keys in a range finds none of the others if a filter
/// tells that the table has none of that range; then no block is read.
public final class TableRun implements Run {
  private final Table table;
  private final boolean caching;
  private final KeyRange range;
  private @Nullable IndexCursor index;

  /// Null until the filter was asked.
  private @Nullable Boolean empty;

  private @Nullable BlockCursor block;

  /// Where that block lies.
  private Handle loaded = Handle.NONE;

  TableRun(Table table, boolean caching, KeyRange range) {
    this.table = table;
    this.caching = caching;
    this.range = range;
  }

  @Override
  public boolean valid() {
    return block != null;
  }

  @Override
  public void toCeiling(Bytes key) {
    if (isEmpty()) {
      return;
    }
    index().toCeiling(key);
    if (enter()) {
      current().toCeiling(key);
      forward();
    }
  }

  @Override
  public void toLower(@Nullable Bytes key) {
    if (isEmpty()) {
      return;
    }
    if (key != null) {
      index().toCeiling(key);
    }
    if (key == null || !index().valid()) {
      index().toLast();
    }
    if (!enter()) {
      return;
    }
    if (key == null) {
      current().toLast();
    } else {
      current().toLower(key);
      back();
    }
  }

  @Override
  public @Nullable Deletions deletions() {
    return table.ranges().isEmpty() ? null : table.ranges();
  }

  @Override
  public void next() {
    current().next();
    forward();
  }

  @Override
  public void previous() {
    current().previous();
    back();
  }

  @Override
  public Bytes key() {
    return current().key();
  }

  @Override
  public @Nullable Bytes value() {
    return table.value(current().stored());
  }

  @Override
  public boolean deletes() {
    return current().deletes();
  }

  @Override
  public @Nullable ValueReference reference() {
    return current().stored().reference();
  }

  /// What stands beside the key.
  Stored stored() {
    return current().stored();
  }

  private void forward() {
    if (!current().valid()) {
      index().next();
      if (enter()) {
        current().toFirst();
      }
    }
  }

  private void back() {
    if (!current().valid()) {
      index().previous();
      if (enter()) {
        current().toLast();
      }
    }
  }

  private boolean isEmpty() {
    if (empty == null) {
      empty = !table.mayHave(range);
    }
    return empty;
  }

  /// Goes to the block at which the index stands; false if it stands nowhere.
  private boolean enter() {
    if (!index().valid()) {
      block = null;
      return false;
    }
    var handle = index().block();
    if (block == null || !loaded.equals(handle)) {
      block = new BlockCursor(table.entries(handle, caching));
      loaded = handle;
    }
    return true;
  }

  private BlockCursor current() {
    return Objects.requireNonNull(block);
  }

  private IndexCursor index() {
    if (index == null) {
      index = new IndexCursor(table, caching);
    }
    return index;
  }
}
