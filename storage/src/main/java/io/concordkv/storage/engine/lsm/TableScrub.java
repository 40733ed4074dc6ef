package io.concordkv.storage.engine.lsm;

import io.concordkv.storage.engine.Scrub;
import io.concordkv.storage.engine.lsm.table.Table;
import java.util.function.Consumer;

/// Checks a table, one part after the other.
final class TableScrub implements Scrub {
  private final TableStore store;
  private final Table table;
  private final Levels holding;
  private final Consumer<Levels> letGo;
  private int part;
  private boolean closed;

  TableScrub(TableStore store, Table table, Levels holding, Consumer<Levels> letGo) {
    this.store = store;
    this.table = table;
    this.holding = holding.retain();
    this.letGo = letGo;
  }

  @Override
  public long step(long bytes) {
    long read = 0;
    while (read < bytes && !store.isClosed()) {
      int length = table.check(part);
      if (length == 0) {
        break;
      }
      part++;
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
