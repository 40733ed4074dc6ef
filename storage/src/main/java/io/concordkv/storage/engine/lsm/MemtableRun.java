package io.concordkv.storage.engine.lsm;

import io.concordkv.base.Bytes;
import io.concordkv.storage.engine.lsm.table.Deletions;
import io.concordkv.storage.engine.lsm.table.Run;
import io.concordkv.storage.engine.skiplist.Walk;
import org.jspecify.annotations.Nullable;

/// A memtable as one run among the tables, without the keys that were later deleted with a range.
public final class MemtableRun implements Run {
  private final Walk walk;
  private final MemtableRanges ranges;

  public MemtableRun(Walk walk) {
    this(walk, MemtableRanges.NONE);
  }

  MemtableRun(Walk walk, MemtableRanges ranges) {
    this.walk = walk;
    this.ranges = ranges;
  }

  @Override
  public boolean valid() {
    return walk.valid();
  }

  @Override
  public void toCeiling(Bytes key) {
    walk.toCeiling(key);
    forward();
  }

  @Override
  public void toLower(@Nullable Bytes key) {
    walk.toLower(key);
    back();
  }

  @Override
  public void next() {
    walk.next();
    forward();
  }

  @Override
  public void previous() {
    walk.previous();
    back();
  }

  @Override
  public Bytes key() {
    return walk.key();
  }

  @Override
  public @Nullable Bytes value() {
    return walk.value();
  }

  @Override
  public @Nullable Deletions deletions() {
    return ranges.isEmpty() ? null : ranges.united();
  }

  private void forward() {
    while (isDeleted()) {
      walk.next();
    }
  }

  private void back() {
    while (isDeleted()) {
      walk.previous();
    }
  }

  private boolean isDeleted() {
    return !ranges.isEmpty() && walk.valid() && walk.sequence() < ranges.sequenceAt(walk.key());
  }
}
