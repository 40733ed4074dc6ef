package io.concordkv.storage.engine.lsm;

import io.concordkv.base.Bytes;
import io.concordkv.storage.engine.lsm.table.Copies;
import io.concordkv.storage.engine.lsm.table.DeletedRanges;
import io.concordkv.storage.engine.lsm.table.TableInfo;
import io.concordkv.storage.engine.lsm.table.TableWriter;
import io.concordkv.storage.engine.lsm.table.ValueReference;
import io.concordkv.storage.engine.lsm.table.ValueUse;
import io.concordkv.storage.engine.lsm.table.ValueWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Where the values go of the tables that a flush, a compaction or a replacement writes one behind
/// the other: to the table, or, if they are large, to value files beside it. A table has its value
/// files to itself as long as it is written, and they are durable before it is.
///
/// Used by one thread at a time.
final class ValueOutput {
  private final TableStore store;
  private final LongSupplier ids;
  private final Copies copies;

  /// How large those files are to which references may lead, by id.
  private final TreeMap<Long, Long> fileBytes = new TreeMap<>();

  private final List<Long> written = new ArrayList<>();
  private @Nullable ValueWriter writer;
  private long writtenBytes;

  /// @param ids the numbers of new files
  /// @param known to which references are passed on
  /// @param copies which ones these are
  ValueOutput(TableStore store, LongSupplier ids, List<ValueUse> known, Copies copies) {
    this.store = store;
    this.ids = ids;
    this.copies = copies;
    known.forEach(use -> fileBytes.put(use.file(), use.fileBytes()));
  }

  /// A `value` of null is a deletion.
  void add(TableWriter table, Bytes key, @Nullable Bytes value) {
    if (value == null || !store.values().separates(value.length())) {
      table.add(key, value);
      return;
    }
    var open = writer;
    if (open != null && open.bytes() >= store.values().fileBytes()) {
      end(open);
      open = null;
    }
    if (open == null) {
      open = store.createValues(ids);
      writer = open;
    }
    table.refer(key, open.add(value));
  }

  /// The value stays where it is.
  void pass(TableWriter table, Bytes key, ValueReference value) {
    table.refer(key, value);
  }

  /// Ends `table`, and before it the value files to which it is the first to refer.
  TableInfo finish(TableWriter table, long mark, DeletedRanges ranges) {
    if (writer != null) {
      end(writer);
    }
    var info = table.finish(mark, ranges, fileBytes);
    return info.with(copies.of(info.files()));
  }

  /// What was written to value files so far.
  long bytes() {
    return writtenBytes + (writer == null ? 0 : writer.bytes());
  }

  /// Gives up what was written. No table that refers to it is open any more.
  void abandon() {
    written.forEach(store::deleteValues);
    if (writer != null) {
      writer.abandon();
    }
  }

  private void end(ValueWriter full) {
    long size = full.finish();
    writer = null;
    written.add(full.id());
    fileBytes.put(full.id(), size);
    writtenBytes += size;
  }
}
