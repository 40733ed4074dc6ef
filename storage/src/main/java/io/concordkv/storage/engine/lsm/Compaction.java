package io.concordkv.storage.engine.lsm;

import io.concordkv.base.Bytes;
import io.concordkv.base.CorruptionError;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.Order;
import io.concordkv.storage.engine.lsm.table.DeletedRanges;
import io.concordkv.storage.engine.lsm.table.Run;
import io.concordkv.storage.engine.lsm.table.Table;
import io.concordkv.storage.engine.lsm.table.ValueUse;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Merges runs in steps by workers. It holds the levels it started from; what lies below its target
/// in its range may only become less meanwhile ([CompactionTask#isDisjoint]).
final class Compaction {
  private static final int STEP_BYTES = 1 << 20;

  final CompactionTask task;
  final Levels levels;
  private final TableStore store;
  private final LongSupplier ids;
  private final Merge merge;

  /// The value files from which values are taken over to new ones.
  private final TreeSet<Long> left = new TreeSet<>();

  private final Predicate<ValueUse> wasteful;
  private final long inputBytes;
  private final long tableBytes;
  private List<Table> outputs = List.of();

  /// Null until the first step.
  private @Nullable Output output;

  private long mergedBytes;

  /// How much of it is done, from 0 to 1, as the loop heard last.
  double progress;

  /// @param ids the numbers of what it writes
  /// @param wasteful whether values are taken over from a file that is used so much
  Compaction(
      TableStore store,
      LongSupplier ids,
      CompactionTask task,
      Levels levels,
      long tableBytes,
      Predicate<ValueUse> wasteful) {
    this.store = store;
    this.ids = ids;
    this.task = task;
    this.levels = levels.retain();
    var runs = new ArrayList<Run>();
    for (var source : task.sources()) {
      var deletions = LevelDeletions.of(source.tables());
      runs.add(new LevelRun(source.tables(), deletions, false, KeyRange.ALL));
    }
    this.merge = new Merge(runs, Order.ASCENDING);
    this.tableBytes = tableBytes;
    this.wasteful = wasteful;
    this.inputBytes = Math.max(1, task.bytes());
  }

  /// Merges about a megabyte. True when all outputs are durable.
  boolean step() {
    if (store.isClosed()) {
      return false;
    }
    var out = output;
    if (out == null) {
      out = begin();
    }
    long merged = 0;
    for (; merge.valid(); merge.step()) {
      if (merged >= STEP_BYTES) {
        mergedBytes += merged;
        return false;
      }
      var key = merge.key();
      merged += key.length();
      // A deletion is needed as long as a deeper level may have what it deletes.
      if (merge.deletes() && !levels.mayHaveBelow(task.target(), key)) {
        continue;
      }
      var reference = merge.reference();
      if (reference != null && !left.contains(reference.file())) {
        out.pass(key, reference);
        continue;
      }
      var value = merge.value();
      merged += value == null ? 0 : value.length();
      out.add(key, value);
    }
    outputs = store.publish(out.finish());
    return true;
  }

  /// Reads of the inputs what they delete, and goes to the first key.
  private Output begin() {
    long mark = task.inputs().stream().mapToLong(table -> table.info().mark()).max().orElse(0);
    levels.values().stream().filter(wasteful).forEach(use -> left.add(use.file()));
    var out = new Output(store, ids, task.target(), tableBytes, mark, needed(task, levels), levels);
    output = out;
    merge.toCeiling(Bytes.EMPTY);
    return out;
  }

  /// What the inputs delete together, as far as a deeper level may have something of it. What is
  /// deleted among the inputs themselves the merge passes over.
  private static DeletedRanges needed(CompactionTask task, Levels levels) {
    var ranges = new ArrayList<KeyRange>();
    task.inputs().forEach(table -> ranges.addAll(table.ranges().list()));
    var all = DeletedRanges.of(ranges).list();
    return DeletedRanges.of(
        all.stream().filter(range -> levels.mayHaveBelow(task.target(), range)).toList());
  }

  /// About how much of it is done: tables may be compressed, what was merged is not.
  private double done() {
    return Math.min(1, (double) mergedBytes / inputBytes);
  }

  /// What it wrote to files.
  long bytes() {
    return Levels.bytes(outputs) + (output == null ? 0 : output.valueBytes());
  }

  /// What comes of it, once it is done.
  List<Levels.Placed> placed() {
    var tables = task.moves() ? task.inputs() : outputs;
    return tables.stream().map(table -> new Levels.Placed(task.target(), table)).toList();
  }

  /// Gives up what was written.
  void abandon() {
    outputs.forEach(Table::close);
    if (output != null) {
      output.abandon();
    }
  }

  /// What a step of a compaction came to. What it reads may turn out to be damaged; then the tables
  /// stay as they are, and whoever owns the engine decides.
  record Step(boolean finished, double progress, @Nullable CorruptionError damage) {
    static Step of(Compaction job) {
      try {
        return new Step(job.step(), job.done(), null);
      } catch (CorruptionError damaged) {
        return new Step(false, 0, damaged);
      }
    }
  }
}
