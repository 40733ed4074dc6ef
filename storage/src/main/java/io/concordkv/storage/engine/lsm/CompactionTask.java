package io.concordkv.storage.engine.lsm;

import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.lsm.table.Table;
import java.util.List;

/// What to merge: runs that follow one another in age, into one level.
///
/// @param sources the newest first
/// @param target the level of what comes of it; no content of the range of the sources lies between
///   the oldest of them and the levels below
/// @param moves whether the tables of the only source go down as they are
record CompactionTask(List<Source> sources, int target, boolean moves) {
  /// A run.
  ///
  /// @param tables one of level 0, or disjoint ones of another level in the order of their keys
  record Source(int level, List<Table> tables) {
    Source {
      tables = List.copyOf(tables);
    }
  }

  CompactionTask {
    sources = List.copyOf(sources);
  }

  List<Table> inputs() {
    return sources.stream().flatMap(source -> source.tables().stream()).toList();
  }

  long bytes() {
    return Levels.bytes(inputs());
  }

  /// The level of the newest source.
  int top() {
    return sources.getFirst().level();
  }

  /// Whether the two may be at work at once: neither touches keys between the highest and the
  /// lowest level of the other that are within the other's range. So what either finds below its
  /// target at its start stays true: into there nothing falls from above but what it brings itself.
  boolean isDisjoint(CompactionTask other) {
    if (top() > other.target || other.top() > target) {
      return true;
    }
    return !hull().overlaps(other.hull());
  }

  /// From the first key of the sources to their last.
  KeyRange hull() {
    return Levels.hull(inputs());
  }
}
