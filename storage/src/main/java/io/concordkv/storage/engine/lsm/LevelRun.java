package io.concordkv.storage.engine.lsm;

import io.concordkv.base.Bytes;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.lsm.table.Deletions;
import io.concordkv.storage.engine.lsm.table.Run;
import io.concordkv.storage.engine.lsm.table.Table;
import io.concordkv.storage.engine.lsm.table.TableRun;
import io.concordkv.storage.engine.lsm.table.ValueReference;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A level below the first as one run: its tables one behind the other, each opened when the walk
/// gets there.
final class LevelRun implements Run {
  private final List<Table> tables;
  private final @Nullable Deletions deletions;
  private final boolean caching;
  private final KeyRange range;
  private int at = -1;
  private @Nullable TableRun run;

  /// @param range in which keys are wanted. It may have none of the others
  LevelRun(List<Table> tables, @Nullable Deletions deletions, boolean caching, KeyRange range) {
    this.tables = tables;
    this.deletions = deletions;
    this.caching = caching;
    this.range = range;
  }

  @Override
  public boolean valid() {
    return run != null;
  }

  @Override
  public void toCeiling(Bytes key) {
    int target = Levels.firstEndingAtOrAbove(tables, key);
    if (open(target)) {
      current().toCeiling(key);
      forward();
    }
  }

  @Override
  public void toLower(@Nullable Bytes key) {
    int target = key == null ? tables.size() - 1 : Levels.firstStartingAtOrAbove(tables, key) - 1;
    if (open(target)) {
      current().toLower(key);
      back();
    }
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

  @Override
  public boolean deletes() {
    return current().deletes();
  }

  @Override
  public @Nullable ValueReference reference() {
    return current().reference();
  }

  @Override
  public @Nullable Deletions deletions() {
    return deletions;
  }

  private void forward() {
    // A table that only deletes ranges has no key, and a filter may tell that one has none here.
    while (run != null && !run.valid() && open(at + 1)) {
      current().toCeiling(tables.get(at).info().smallest());
    }
  }

  private void back() {
    while (run != null && !run.valid() && open(at - 1)) {
      current().toLower(null);
    }
  }

  private boolean open(int target) {
    if (target < 0 || target >= tables.size() || !tables.get(target).span().overlaps(range)) {
      run = null;
      return false;
    }
    if (run == null || at != target) {
      run = tables.get(target).run(caching, range);
      at = target;
    }
    return true;
  }

  private TableRun current() {
    return Objects.requireNonNull(run);
  }
}
