package io.concordkv.storage.engine.lsm;

import io.concordkv.base.Bytes;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.lsm.table.Deletions;
import io.concordkv.storage.engine.lsm.table.Table;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What the tables of a level below the first delete of deeper ones.
final class LevelDeletions implements Deletions {
  /// Those that delete ranges.
  private final List<Table> tables;

  private LevelDeletions(List<Table> tables) {
    this.tables = tables;
  }

  /// Of disjoint tables in order; null if none of them deletes a range.
  static @Nullable LevelDeletions of(List<Table> tables) {
    var deleting = tables.stream().filter(table -> table.info().deletesRanges()).toList();
    return deleting.isEmpty() ? null : new LevelDeletions(deleting);
  }

  @Override
  public Stretch around(Bytes key) {
    int at = Levels.firstEndingAtOrAbove(tables, key);
    var before = at == 0 ? null : tables.get(at - 1).span().to();
    var from = before == null ? Bytes.EMPTY : before;
    if (at == tables.size()) {
      return new Stretch(new KeyRange(from, null), false);
    }
    var span = tables.get(at).span();
    return span.contains(key)
        ? tables.get(at).ranges().around(key).within(span.from(), span.to())
        : new Stretch(new KeyRange(from, span.from()), false);
  }
}
