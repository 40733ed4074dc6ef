package io.concordkv.storage.engine.lsm;

import io.concordkv.storage.engine.lsm.table.Table;
import java.util.List;
import java.util.stream.Stream;

/// The compactions that are at work while another one is picked, and the tables that are set aside
/// since they are damaged: nothing may take these or come past them, as if a compaction had them
/// that never ends.
///
/// @param setAside each with one table, which stays in its level
/// @param most so many may be at work that do not begin at level 0. One that does may come on top:
///   what waits there costs every read, and soon the writer
record AtWork(List<CompactionTask> tasks, List<CompactionTask> setAside, int most) {
  AtWork {
    tasks = List.copyOf(tasks);
    setAside = List.copyOf(setAside);
  }

  boolean has(Table table) {
    return Stream.concat(tasks.stream(), setAside.stream())
        .anyMatch(
            task -> task.sources().stream().anyMatch(source -> source.tables().contains(table)));
  }

  /// Those of `tables` that none of them takes.
  List<Table> idle(List<Table> tables) {
    return tasks.isEmpty() && setAside.isEmpty()
        ? tables
        : tables.stream().filter(table -> !has(table)).toList();
  }

  /// Whether one of them writes to `level`.
  boolean fills(int level) {
    return tasks.stream().anyMatch(task -> task.target() == level);
  }

  boolean admits(CompactionTask task) {
    if (task.top() > 0 && tasks.stream().filter(other -> other.top() > 0).count() >= most) {
      return false;
    }
    return Stream.concat(tasks.stream(), setAside.stream()).allMatch(task::isDisjoint);
  }
}
