package io.concordkv.storage.engine.memtable;

import io.concordkv.base.Bytes;
import io.concordkv.storage.engine.lsm.table.Deletions;
import io.concordkv.storage.engine.lsm.table.Run;
import org.jspecify.annotations.Nullable;

/// A memtable's keys without those that were later deleted with a range.
final class RangedRun implements Run {
  private final VersionedRun walk;
  private final MemtableRanges ranges;

  RangedRun(VersionedRun walk, MemtableRanges ranges) {
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
  public Deletions deletions() {
    return ranges.united();
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
    return walk.valid() && walk.sequence() < ranges.sequenceAt(walk.key());
  }
}
