package io.concordkv.storage.engine.lsm;

import io.concordkv.storage.engine.Scrub;
import io.concordkv.storage.engine.lsm.table.Table;
import io.concordkv.storage.engine.lsm.table.TableParts;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Checks a table, one part after the other.
final class TableScrub implements Scrub {
  private final TableStore store;
  private final TableParts parts;
  private final Levels holding;
  private final Consumer<Levels> letGo;
  private boolean closed;

  /// Null if the table `file` is gone by now.
  static @Nullable TableScrub of(
      long file, TableStore store, Levels levels, Consumer<Levels> letGo) {
    for (var table : levels.all()) {
      if (table.info().id() == file) {
        return new TableScrub(store, table, levels, letGo);
      }
    }
    return null;
  }

  private TableScrub(TableStore store, Table table, Levels holding, Consumer<Levels> letGo) {
    this.store = store;
    this.parts = table.parts();
    this.holding = holding.retain();
    this.letGo = letGo;
  }

  @Override
  public long step(long bytes) {
    long read = 0;
    while (read < bytes && !store.isClosed()) {
      int length = parts.next();
      if (length == 0) {
        break;
      }
      read += length;
    }
    return read;
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      letGo.accept(holding);
    }
  }
}
