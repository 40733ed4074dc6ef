package io.concordkv.storage.engine.lsm;

import io.concordkv.base.Bytes;
import io.concordkv.storage.engine.lsm.table.Copies;
import io.concordkv.storage.engine.lsm.table.Run;
import io.concordkv.storage.engine.lsm.table.Table;
import io.concordkv.storage.engine.lsm.table.TableWriter;
import io.concordkv.storage.engine.memtable.Memtable;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Writes a memtable to a table of level 0, in steps. A step is made by a worker, or by the loop
/// when it must not wait for one; the lock lets only one of them in.
final class Flush {
  private static final int STEP_BYTES = 1 << 20;

  final Memtable memtable;

  /// Whether the loop has heard that the table is durable, and whether it has dealt with that.
  boolean written;

  boolean settled;

  /// How much of it is done, from 0 to 1. The loop looks at it between two steps.
  private double progress;

  private long walked;

  private final ReentrantLock lock = new ReentrantLock();
  private final TableStore store;
  private final LongSupplier ids;
  private final Run run;
  private final ValueOutput values;
  private @Nullable TableWriter writer;
  private boolean finished;
  private List<Table> tables = List.of();

  Flush(TableStore store, Memtable memtable) {
    this.store = store;
    this.ids = store.ids().of(0);
    this.memtable = memtable;
    this.run = memtable.run(Long.MAX_VALUE, memtable.ranges());
    this.values = new ValueOutput(store, ids, List.of(), Copies.NONE);
  }

  /// Writes about a megabyte. True when the table, if there is one, is durable.
  boolean step() {
    lock.lock();
    try {
      if (finished || store.isClosed()) {
        return finished;
      }
      if (writer == null) {
        if (memtable.isEmpty()) {
          finished = true;
          return true;
        }
        writer = store.create(0, ids);
        run.toCeiling(Bytes.EMPTY);
      }
      long end = writer.bytes() + values.bytes() + STEP_BYTES;
      while (run.valid() && writer.bytes() + values.bytes() < end) {
        values.add(writer, run.key(), run.value());
        run.next();
        walked++;
      }
      progress = Math.min(1, (double) walked / Math.max(1, memtable.keys()));
      if (!run.valid()) {
        var table = values.finish(writer, memtable.mark(), memtable.ranges().united());
        tables = store.publish(List.of(table));
        finished = true;
      }
      return finished;
    } finally {
      lock.unlock();
    }
  }

  double progress() {
    return progress;
  }

  /// None if there was nothing but a mark.
  List<Table> tables() {
    return tables;
  }

  /// What it wrote to files.
  long bytes() {
    return Levels.bytes(tables) + values.bytes();
  }

  /// The loop does not want it any more. If it is at a step now, the loop sees to it behind that.
  void giveUp(LiveTables live) {
    if (written && !settled) {
      settled = true;
      live.discard(this::abandon);
    }
  }

  /// Gives up what was written.
  void abandon() {
    lock.lock();
    try {
      for (var table : tables) {
        table.close();
        store.delete(table.info());
      }
      if (!finished && writer != null) {
        writer.abandon();
      }
      values.abandon();
    } finally {
      lock.unlock();
    }
  }
}
