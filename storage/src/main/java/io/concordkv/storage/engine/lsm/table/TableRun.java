package io.concordkv.storage.engine.lsm.table;

import io.concordkv.base.Bytes;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A walk over one table.
public final class TableRun implements Run {
  private final Table table;
  private final boolean caching;
  private @Nullable Block index;
  private int entry = -1;
  private @Nullable BlockCursor block;

  TableRun(Table table, boolean caching) {
    this.table = table;
    this.caching = caching;
  }

  @Override
  public boolean valid() {
    return block != null;
  }

  @Override
  public void toCeiling(Bytes key) {
    int target = index().firstRestartAtOrAbove(key);
    if (target == index().restarts()) {
      block = null;
      return;
    }
    at(target).toCeiling(key);
    forward();
  }

  @Override
  public void toLower(@Nullable Bytes key) {
    int last = index().restarts() - 1;
    if (last < 0) {
      block = null;
      return;
    }
    if (key == null) {
      at(last).toLast();
      return;
    }
    at(Math.min(last, index().firstRestartAtOrAbove(key))).toLower(key);
    back();
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
    return current().value();
  }

  private void forward() {
    if (!current().valid()) {
      if (entry + 1 == index().restarts()) {
        block = null;
      } else {
        at(entry + 1).toFirst();
      }
    }
  }

  private void back() {
    if (!current().valid()) {
      if (entry == 0) {
        block = null;
      } else {
        at(entry - 1).toLast();
      }
    }
  }

  private BlockCursor at(int target) {
    if (block == null || entry != target) {
      block = new BlockCursor(table.block(index(), target, caching));
      entry = target;
    }
    return block;
  }

  private BlockCursor current() {
    return Objects.requireNonNull(block);
  }

  private Block index() {
    if (index == null) {
      index = table.index(caching);
    }
    return index;
  }
}
