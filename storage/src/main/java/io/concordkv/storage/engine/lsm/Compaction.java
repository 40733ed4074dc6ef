package io.concordkv.storage.engine.lsm;

import io.concordkv.base.Bytes;
import io.concordkv.base.CorruptionError;
import io.concordkv.storage.engine.Order;
import io.concordkv.storage.engine.lsm.table.Run;
import io.concordkv.storage.engine.lsm.table.Table;
import io.concordkv.storage.engine.lsm.table.TableInfo;
import io.concordkv.storage.engine.lsm.table.TableWriter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Merges tables of a level with those of the next that they overlap, in steps by workers. It holds
/// the levels it started from; while it runs nothing but level 0 changes.
final class Compaction {
  private static final int STEP_BYTES = 1 << 20;

  /// What to merge.
  ///
  /// @param upper tables of `level`; of level 0, all there were
  /// @param lower the tables of the next level that they overlap
  /// @param repacks whether the next level is compressed otherwise
  record Task(int level, List<Table> upper, List<Table> lower, boolean repacks) {
    /// Whether the table can go down as it is.
    boolean isMove() {
      return upper.size() == 1 && lower.isEmpty() && !repacks;
    }

    List<Table> inputs() {
      var inputs = new ArrayList<>(upper);
      inputs.addAll(lower);
      return inputs;
    }
  }

  final Task task;
  final Levels levels;
  private final TableStore store;
  private final long tableBytes;
  private final Merge merge;
  private final long mark;
  private final List<TableInfo> written = new ArrayList<>();
  private List<Table> outputs = List.of();
  private @Nullable TableWriter writer;
  private boolean started;

  Compaction(TableStore store, Task task, Levels levels, long tableBytes) {
    this.store = store;
    this.task = task;
    this.levels = levels.retain();
    this.tableBytes = tableBytes;
    var runs = new ArrayList<Run>();
    if (task.level() == 0) {
      task.upper().forEach(table -> runs.add(table.run(false)));
    } else {
      runs.add(new LevelRun(task.upper(), false));
    }
    if (!task.lower().isEmpty()) {
      runs.add(new LevelRun(task.lower(), false));
    }
    this.merge = new Merge(runs, Order.ASCENDING);
    this.mark = task.inputs().stream().mapToLong(table -> table.info().mark()).max().orElse(0);
  }

  /// Merges about a megabyte. True when all outputs are durable.
  boolean step() {
    if (store.isClosed()) {
      return false;
    }
    if (!started) {
      started = true;
      merge.toCeiling(Bytes.EMPTY);
    }
    long merged = 0;
    for (; merge.valid(); merge.step()) {
      if (merged >= STEP_BYTES) {
        return false;
      }
      var key = merge.key();
      var value = merge.value();
      merged += key.length() + (value == null ? 0 : value.length());
      // A deletion is needed as long as a deeper level may have what it deletes.
      if (value == null && !levels.mayHaveBelow(task.level() + 1, key)) {
        continue;
      }
      if (writer == null) {
        writer = store.create(task.level() + 1);
      }
      writer.add(key, value);
      if (writer.bytes() >= tableBytes) {
        finishTable(writer);
      }
    }
    if (writer != null) {
      finishTable(writer);
    }
    outputs = store.publish(written);
    return true;
  }

  List<Table> outputs() {
    return outputs;
  }

  /// Gives up what was written.
  void abandon() {
    outputs.forEach(Table::close);
    written.forEach(store::delete);
    if (writer != null) {
      writer.abandon();
    }
  }

  private void finishTable(TableWriter full) {
    written.add(full.finish(mark));
    writer = null;
  }

  /// What a step of a compaction came to. What it reads may turn out to be damaged; then the tables
  /// stay as they are, and whoever owns the engine decides.
  record Step(boolean finished, @Nullable CorruptionError damage) {
    static Step of(Compaction job) {
      try {
        return new Step(job.step(), null);
      } catch (CorruptionError damaged) {
        return new Step(false, damaged);
      }
    }
  }
}
