package io.concordkv.storage.engine.lsm;

import io.concordkv.base.Bytes;
import io.concordkv.storage.engine.lsm.table.Run;
import io.concordkv.storage.engine.skiplist.Walk;
import org.jspecify.annotations.Nullable;

/// A memtable as one run among the tables.
public final class MemtableRun implements Run {
  private final Walk walk;

  public MemtableRun(Walk walk) {
    this.walk = walk;
  }

  @Override
  public boolean valid() {
    return walk.valid();
  }

  @Override
  public void toCeiling(Bytes key) {
    walk.toCeiling(key);
  }

  @Override
  public void toLower(@Nullable Bytes key) {
    walk.toLower(key);
  }

  @Override
  public void next() {
    walk.next();
  }

  @Override
  public void previous() {
    walk.previous();
  }

  @Override
  public Bytes key() {
    return walk.key();
  }

  @Override
  public @Nullable Bytes value() {
    return walk.value();
  }
}
