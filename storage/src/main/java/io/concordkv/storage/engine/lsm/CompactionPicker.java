package io.concordkv.storage.engine.lsm;

import io.concordkv.base.Bytes;
import io.concordkv.storage.engine.lsm.table.Table;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Decides what is compacted next: the level that exceeds its limit most. Level 0 counts tables,
/// since each costs every read something; the others count bytes. Within a level the tables take
/// turns, so that the work goes evenly over all keys.
final class CompactionPicker {
  private final CompactionOptions options;
  private final TableOptions tables;

  /// For each level, the end of the table that was picked last.
  private final Bytes[] turns = new Bytes[Levels.COUNT];

  CompactionPicker(CompactionOptions options, TableOptions tables) {
    this.options = options;
    this.tables = tables;
    Arrays.fill(turns, Bytes.EMPTY);
  }

  Compaction.@Nullable Task pick(Levels levels) {
    int level = -1;
    double most = 1;
    for (int candidate = 0; candidate < Levels.BOTTOM; candidate++) {
      double pressure = pressure(levels, candidate);
      if (pressure >= most && !levels.level(candidate).isEmpty()) {
        level = candidate;
        most = Math.nextUp(pressure);
      }
    }
    if (level < 0) {
      return null;
    }
    var upper = level == 0 ? levels.level(0) : List.of(next(levels.level(level), level));
    var from = upper.getFirst().info().smallest();
    var to = upper.getFirst().info().largest();
    for (var table : upper) {
      var info = table.info();
      from = info.smallest().compareTo(from) < 0 ? info.smallest() : from;
      to = info.largest().compareTo(to) > 0 ? info.largest() : to;
    }
    return new Compaction.Task(
        level, upper, levels.overlapping(level + 1, from, to), tables.repacksBelow(level));
  }

  /// How many bytes lie in levels that hold more than they should, beyond what they should.
  long debt(Levels levels) {
    long debt = levels.level(0).size() > options.level0Tables() ? levels.bytes(0) : 0;
    for (int level = 1; level < Levels.BOTTOM; level++) {
      double limit = options.level1Bytes() * Math.pow(options.levelFactor(), level - 1);
      debt += Math.max(0, levels.bytes(level) - (long) limit);
    }
    return debt;
  }

  private double pressure(Levels levels, int level) {
    if (level == 0) {
      return (double) levels.level(0).size() / options.level0Tables();
    }
    double limit = options.level1Bytes() * Math.pow(options.levelFactor(), level - 1);
    return levels.bytes(level) / limit;
  }

  private Table next(List<Table> tables, int level) {
    var picked = tables.getFirst();
    for (var table : tables) {
      if (table.info().smallest().compareTo(turns[level]) > 0) {
        picked = table;
        break;
      }
    }
    turns[level] = picked.info().largest();
    return picked;
  }
}
