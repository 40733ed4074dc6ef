package io.concordkv.storage.engine.lsm;

import io.concordkv.base.Bytes;
import io.concordkv.storage.engine.Cursor;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.Order;
import io.concordkv.storage.engine.View;
import io.concordkv.storage.engine.lsm.table.BloomFilter;
import io.concordkv.storage.engine.lsm.table.Run;
import io.concordkv.storage.engine.lsm.table.Table;
import io.concordkv.storage.engine.memtable.Memtable;
import io.concordkv.storage.engine.memtable.MemtableRanges;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The content at a moment: the memtables there were, read at the sequence number of that moment,
/// and the levels there were.
///
/// Tables need no sequence numbers. Whatever is flushed later comes from a memtable that the view
/// itself holds and reads, so of every key the tables it holds have the one version that is older
/// than those memtables.
final class LsmView implements View {
  private final Memtable[] memtables;

  /// What was deleted in the newest of them up to the moment; the others no longer change.
  private final MemtableRanges newest;

  private final long sequence;
  private final Levels levels;
  private final Consumer<Levels> letGo;
  private boolean closed;

  LsmView(Memtable[] memtables, long sequence, Levels levels, Consumer<Levels> letGo) {
    this.memtables = memtables;
    this.newest = memtables[0].ranges();
    this.sequence = sequence;
    this.levels = levels.retain();
    this.letGo = letGo;
  }

  @Override
  public @Nullable Bytes get(Bytes key) {
    return get(memtables, newest, sequence, levels, key);
  }

  static @Nullable Bytes get(
      Memtable[] memtables, MemtableRanges newest, long sequence, Levels levels, Bytes key) {
    long hash = BloomFilter.hash(key);
    for (int i = 0; i < memtables.length; i++) {
      var memtable = memtables[i];
      var version = memtable.find(key, hash, sequence, i == 0 ? newest : memtable.ranges());
      if (version != null) {
        return version.value();
      }
    }
    var answer = levels.get(key, hash);
    return answer == null || Table.isDeleted(answer) ? null : answer;
  }

  @Override
  public Cursor scan(KeyRange range, Order order) {
    return new MergeCursor(new Merge(runs(range), order), range, order, null);
  }

  /// A scan that closes the view when it is closed.
  Cursor scanAndClose(KeyRange range, Order order) {
    return new MergeCursor(new Merge(runs(range), order), range, order, this);
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      letGo.accept(levels);
    }
  }

  private List<Run> runs(KeyRange range) {
    var runs = new ArrayList<Run>();
    for (int i = 0; i < memtables.length; i++) {
      var memtable = memtables[i];
      if (!memtable.isEmpty()) {
        runs.add(memtable.run(sequence, i == 0 ? newest : memtable.ranges()));
      }
    }
    for (var table : levels.level(0)) {
      if (table.span().overlaps(range)) {
        runs.add(table.run(true, range));
      }
    }
    for (int level = 1; level < Levels.COUNT; level++) {
      var tables = levels.level(level);
      if (!tables.isEmpty()) {
        runs.add(new LevelRun(tables, levels.deletions(level), true, range));
      }
    }
    return runs;
  }
}
