package io.concordkv.storage.engine.lsm;

import io.concordkv.storage.engine.lsm.table.Table;

/// Where a table may lie that is newer than all there is.
final class Placement {
  private Placement() {}

  /// The deepest level such that nothing in it or above it overlaps `table`; 0 if there is none.
  ///
  /// A compaction that runs will put tables into its target, which may reach over a gap in which
  /// nothing lies now. So that counts as taken from its first key to its last.
  static int deepest(Levels levels, AtWork running, Table table) {
    int level = 0;
    while (level < Levels.COUNT && isFree(levels, running, level, table)) {
      level++;
    }
    return Math.max(0, level - 1);
  }

  private static boolean isFree(Levels levels, AtWork running, int level, Table table) {
    return levels.overlapping(level, table.span()).isEmpty()
        && running.tasks().stream()
            .noneMatch(task -> task.target() == level && task.hull().overlaps(table.span()));
  }
}
