package io.concordkv.storage.engine.lsm;

import io.concordkv.storage.engine.Scrub;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/// Checks a table or a value file, one part after the other.
final class TableScrub implements Scrub {
  private final TableStore store;

  /// Checks one part more, and says how long it is; 0 behind the last one.
  private final IntSupplier parts;

  private final Levels holding;
  private final Consumer<Levels> letGo;
  private boolean closed;

  /// Null if `file` is gone by now.
  static @Nullable TableScrub of(
      long file, TableStore store, Levels levels, Consumer<Levels> letGo) {
    for (var table : levels.all()) {
      if (table.info().id() == file) {
        return new TableScrub(store, table.parts()::next, levels, letGo);
      }
      var values = table.valueFile(file);
      if (values != null) {
        return new TableScrub(store, values.walk()::next, levels, letGo);
      }
    }
    return null;
  }

  private TableScrub(TableStore store, IntSupplier parts, Levels holding, Consumer<Levels> letGo) {
    this.store = store;
    this.parts = parts;
    this.holding = holding.retain();
    this.letGo = letGo;
  }

  @Override
  public long step(long bytes) {
    long read = 0;
    while (read < bytes && !store.isClosed()) {
      int length = parts.getAsInt();
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
