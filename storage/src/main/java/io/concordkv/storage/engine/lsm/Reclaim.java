package io.concordkv.storage.engine.lsm;

import io.concordkv.storage.engine.lsm.CompactionTask.Source;
import io.concordkv.storage.engine.lsm.table.Table;
import io.concordkv.storage.engine.lsm.table.ValueUse;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Brings all that there is to the deepest level, table by table and level by level, so that
/// nothing superseded or deleted is left; and there takes values out of the files that have
/// garbage.
///
/// It is in no hurry: it begins something only when the picker has nothing that is due. What comes
/// to a level after its turn has begun is left to the picker, so there is an end though writes go
/// on.
final class Reclaim {
  private final ValueOptions values;
  private final int deepest;

  /// The level whose turn it is, and from which id on its tables are left alone.
  private int level;

  private long before;

  /// @param nextFile no file has this id or a higher one yet
  Reclaim(ValueOptions values, Levels levels, long nextFile) {
    this.values = values;
    this.before = nextFile;
    int filled = 1;
    for (int each = 1; each < Levels.COUNT; each++) {
      filled = levels.level(each).isEmpty() ? filled : each;
    }
    this.deepest = filled;
  }

  boolean isOver() {
    return level == Levels.COUNT;
  }

  /// What may begin now beside what is at work; null if something has to end first, or it is over.
  @Nullable CompactionTask next(Levels levels, AtWork atWork, long nextFile) {
    var wasteful = levels.values().stream().filter(values::hasGarbage).map(ValueUse::file).toList();
    while (!isOver()) {
      var due = levels.level(level).stream().filter(table -> isDue(table, wasteful)).toList();
      for (var table : due) {
        var task = level == 0 ? oldest(levels, due) : task(levels, table);
        if (atWork.admits(task) && task.inputs().stream().noneMatch(atWork::has)) {
          return task;
        }
      }
      if (!due.isEmpty()) {
        return null;
      }
      level++;
      before = nextFile;
    }
    return null;
  }

  /// @param wasteful the value files with garbage
  private boolean isDue(Table table, List<Long> wasteful) {
    var info = table.info();
    boolean rewritten =
        level < deepest
            || info.tombstones() > 0
            || info.deletesRanges()
            || info.values().stream().anyMatch(use -> wasteful.contains(use.file()));
    return info.id() < before && rewritten;
  }

  /// The tables of level 0 are newest first, so the oldest are at the end: nothing that is older is
  /// left above them.
  private CompactionTask oldest(Levels levels, List<Table> due) {
    var sources = new ArrayList<Source>();
    due.forEach(table -> sources.add(new Source(0, List.of(table))));
    return with(levels, sources, due);
  }

  private CompactionTask task(Levels levels, Table table) {
    var sources = new ArrayList<>(List.of(new Source(level, List.of(table))));
    return level < deepest
        ? with(levels, sources, List.of(table))
        : new CompactionTask(sources, level, false);
  }

  /// `sources` and what they overlap of the next level that has anything.
  private CompactionTask with(Levels levels, List<Source> sources, List<Table> upper) {
    int target = level + 1;
    while (target < deepest && levels.level(target).isEmpty()) {
      target++;
    }
    var lower = levels.overlapping(target, Levels.hull(upper));
    if (!lower.isEmpty()) {
      sources.add(new Source(target, lower));
    }
    return new CompactionTask(sources, target, sources.size() == 1 && level > 0);
  }
}
