package io.concordkv.storage.engine.lsm;

import io.concordkv.storage.engine.lsm.table.Table;
import java.util.List;

/// The compactions that are at work while another one is picked.
///
/// @param most so many may be at work that do not begin at level 0. One that does may come on top:
///   what waits there costs every read, and soon the writer
record AtWork(List<CompactionTask> tasks, int most) {
  AtWork {
    tasks = List.copyOf(tasks);
  }

  boolean has(Table table) {
    return tasks.stream()
        .anyMatch(
            task -> task.sources().stream().anyMatch(source -> source.tables().contains(table)));
  }

  /// Those of `tables` that none of them takes.
  List<Table> idle(List<Table> tables) {
    return tasks.isEmpty() ? tables : tables.stream().filter(table -> !has(table)).toList();
  }

  /// Whether one of them writes to `level`.
  boolean fills(int level) {
    return tasks.stream().anyMatch(task -> task.target() == level);
  }

  boolean admits(CompactionTask task) {
    if (task.top() > 0 && tasks.stream().filter(other -> other.top() > 0).count() >= most) {
      return false;
    }
    return tasks.stream().allMatch(task::isDisjoint);
  }
}
