package io.concordkv.storage.engine.lsm;

import io.concordkv.base.Bytes;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.lsm.table.DeletedRanges;
import io.concordkv.storage.engine.lsm.table.TableInfo;
import io.concordkv.storage.engine.lsm.table.TableWriter;
import io.concordkv.storage.engine.lsm.table.ValueReference;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// The tables that a compaction writes, one behind the other, each of about the size that it should
/// have. A range that is deleted is cut where a table ends: what is above goes to the next, so that
/// no table says anything of a key that another one of the level may have.
final class Output {
  private final TableStore store;
  private final LongSupplier ids;
  private final int level;
  private final long tableBytes;
  private final long mark;
  private final DeletedRanges ranges;
  private final ValueOutput values;
  private final List<TableInfo> written = new ArrayList<>();
  private @Nullable TableWriter writer;

  /// From where on the ranges go to the table that is being written.
  private Bytes low = Bytes.EMPTY;

  /// How many ranges begin in it or before it, and what those in it take.
  private int begun;

  private long rangeBytes;

  /// @param ids the numbers of new files
  /// @param level where they will be
  /// @param ranges what the tables delete together of deeper levels
  /// @param known with the value files to which references are passed on
  Output(
      TableStore store,
      LongSupplier ids,
      int level,
      long tableBytes,
      long mark,
      DeletedRanges ranges,
      Levels known) {
    this.store = store;
    this.ids = ids;
    this.level = level;
    this.tableBytes = tableBytes;
    this.mark = mark;
    this.ranges = ranges;
    this.values = new ValueOutput(store, ids, known.values(), known.copies());
  }

  /// Keys come in ascending order.
  void add(Bytes key, @Nullable Bytes value) {
    values.add(tableOf(key), key, value);
  }

  /// As [#add], for a value that stays where it is.
  void pass(Bytes key, ValueReference value) {
    values.pass(tableOf(key), key, value);
  }

  private TableWriter tableOf(Bytes key) {
    while (begun < ranges.size() && ranges.get(begun).from().compareTo(key) <= 0) {
      begin(ranges.get(begun));
    }
    return tableFor(key);
  }

  private void begin(KeyRange range) {
    var _ = tableFor(range.from());
    rangeBytes += DeletedRanges.bytes(range);
    begun++;
  }

  /// The table to which `next` goes, a new one if the last is full.
  private TableWriter tableFor(Bytes next) {
    var open = writer;
    if (open != null && open.bytes() + rangeBytes >= tableBytes) {
      end(open, next);
      open = null;
    }
    if (open == null) {
      open = store.create(level, ids);
      writer = open;
    }
    return open;
  }

  private void end(TableWriter full, @Nullable Bytes next) {
    written.add(values.finish(full, mark, ranges.within(low, next)));
    writer = null;
    rangeBytes = 0;
    low = next == null ? low : next;
  }

  /// All tables.
  List<TableInfo> finish() {
    while (begun < ranges.size()) {
      begin(ranges.get(begun));
    }
    if (writer != null) {
      end(writer, null);
    }
    return written;
  }

  /// What it wrote to value files.
  long valueBytes() {
    return values.bytes();
  }

  /// Gives up what was written.
  void abandon() {
    written.forEach(store::delete);
    if (writer != null) {
      writer.abandon();
    }
    values.abandon();
  }
}
