package io.concordkv.storage.engine.lsm;

import io.concordkv.base.Bytes;
import io.concordkv.base.Check;
import io.concordkv.storage.engine.Replacement;
import io.concordkv.storage.engine.lsm.table.Copies;
import io.concordkv.storage.engine.lsm.table.DeletedRanges;
import io.concordkv.storage.engine.lsm.table.Table;
import io.concordkv.storage.engine.lsm.table.TableInfo;
import io.concordkv.storage.engine.lsm.table.TableWriter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// New tables beside the living ones. As long as no edit of the manifest names them, they are
/// leftovers that the next open removes.
final class LsmReplacement implements Replacement {
  private final TableStore store;
  private final long tableBytes;
  private final ValueOutput values;
  private final List<TableInfo> written = new ArrayList<>();
  private @Nullable TableWriter writer;
  private @Nullable Bytes last;
  private @Nullable List<Table> tables;
  private boolean over;

  LsmReplacement(TableStore store, long tableBytes) {
    this.store = store;
    this.tableBytes = tableBytes;
    this.values = new ValueOutput(store, store.ids()::next, List.of(), Copies.NONE);
  }

  /// A `value` of null is a deletion; the content of a replacement has none, but tables that are
  /// put above others may.
  @Override
  public void add(Bytes key, @Nullable Bytes value) {
    Check.that(tables == null && !over, "nothing is added to a sealed replacement");
    Check.that(last == null || last.compareTo(key) < 0, "the keys of a replacement ascend");
    if (store.isClosed()) {
      return;
    }
    last = key;
    if (writer == null) {
      writer = store.create(Levels.BOTTOM, store.ids()::next);
    }
    values.add(writer, key, value);
    if (writer.bytes() >= tableBytes) {
      finishTable(writer);
    }
  }

  /// What comes now goes into another table.
  void cut() {
    if (writer != null && !store.isClosed()) {
      finishTable(writer);
    }
  }

  @Override
  public void seal() {
    Check.that(tables == null && !over, "a replacement is sealed once");
    if (store.isClosed()) {
      return;
    }
    if (writer != null) {
      finishTable(writer);
    }
    tables = store.publish(written);
  }

  @Override
  public void abandon() {
    if (!over && !store.isClosed()) {
      if (tables != null) {
        tables.forEach(Table::close);
      }
      written.forEach(store::delete);
      if (writer != null) {
        writer.abandon();
      }
      values.abandon();
    }
    over = true;
  }

  /// Its tables, once it is sealed.
  List<Table> tables() {
    return tables == null ? List.of() : tables;
  }

  /// Its tables, which belong to the engine from now on.
  List<Table> take() {
    var sealed = tables;
    Check.that(sealed != null && !over, "only a sealed replacement is taken over, and only once");
    over = true;
    return sealed == null ? List.of() : sealed;
  }

  private void finishTable(TableWriter full) {
    written.add(values.finish(full, 0, DeletedRanges.NONE));
    writer = null;
  }
}
