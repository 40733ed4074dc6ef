package io.concordkv.storage.engine.lsm;

import io.concordkv.base.Bytes;
import io.concordkv.storage.engine.lsm.table.Table;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Each level is one run, larger than the one above by a factor: few runs to look at, little that
/// is superseded, but what comes down is merged with what lies there again and again (O'Neil et
/// al., The log-structured merge-tree, 1996).
///
/// Level 0 counts tables, since each costs every read something, and goes first; the others count
/// bytes, and the one that exceeds its limit most is next. Within a level the tables take turns, so
/// that the work goes evenly over all keys. What is due is before what would only be good: a table
/// in which deletions stand close together goes down until they meet what they delete, so that a
/// walk does not pass them again and again.
final class LeveledPicker implements CompactionPicker {
  private static final int BOTTOM = 6;

  /// In contents of level 1.
  private static final int BEARABLE_DEBT = 16;

  /// So many tables of a level are looked at for one that may begin.
  private static final int TRIES = 8;

  /// Of the golden ratio: successive multiples are spread evenly (Knuth, TAOCP 3, 6.4).
  private static final long SPREAD = 0x9E3779B97F4A7C15L;

  private final CompactionOptions options;
  private final TableOptions tables;

  /// For each level, the end of the table that was picked last.
  private final Bytes[] turns = new Bytes[Levels.COUNT];

  LeveledPicker(CompactionOptions options, TableOptions tables) {
    this.options = options;
    this.tables = tables;
    Arrays.fill(turns, Bytes.EMPTY);
  }

  /// Who comes to the same levels on another way, or after a crash, has not the same turns behind
  /// it. So they begin anew somewhere, evenly over the bars.
  @Override
  public void beginBar(Levels levels, long bar) {
    for (int level = 1; level < Levels.COUNT; level++) {
      var tables = levels.level(level);
      int at = tables.isEmpty() ? 0 : (int) (((bar * SPREAD) >>> 33) % tables.size());
      turns[level] = tables.isEmpty() ? Bytes.EMPTY : tables.get(at).info().largest();
    }
  }

  @Override
  public @Nullable CompactionTask pick(Levels levels, AtWork atWork) {
    boolean firstIsDue = false;
    var first = atWork.idle(levels.level(0));
    if (first.size() >= options.level0Tables()) {
      var task = task(levels, 0, first);
      if (fits(task, atWork)) {
        return task;
      }
      firstIsDue = true;
    }
    var due = new boolean[Levels.COUNT];
    for (int tried = 0; tried < Levels.COUNT; tried++) {
      int level = mostUrgent(levels, atWork, due);
      if (level < 0) {
        break;
      }
      due[level] = true;
      // Level 0 has waited long enough for level 1.
      var task = level == 1 && firstIsDue ? null : next(levels, level, atWork);
      if (task != null) {
        return task;
      }
    }
    return firstIsDue ? null : crowded(levels, atWork);
  }

  /// Level 0 is compacted before long when there is more to do, so its deletions count only when
  /// there is not.
  private @Nullable CompactionTask crowded(Levels levels, AtWork atWork) {
    for (int level = Levels.BOTTOM - 1; level >= 0; level--) {
      for (var table : levels.level(level)) {
        if (isCrowded(table) && !atWork.has(table)) {
          var upper = level == 0 ? levels.level(0) : List.of(table);
          var task = task(levels, level, upper);
          if (level == 0 ? atWork.tasks().isEmpty() : fits(task, atWork)) {
            return task;
          }
        }
      }
    }
    return null;
  }

  private boolean isCrowded(Table table) {
    return options.crowdedDeletions() > 0 && table.info().crowd() >= options.crowdedDeletions();
  }

  @Override
  public long debt(Levels levels) {
    long debt = levels.level(0).size() > options.level0Tables() ? levels.bytes(0) : 0;
    for (int level = 1; level < Levels.BOTTOM; level++) {
      debt += Math.max(0, levels.bytes(level) - (long) limit(level));
    }
    return debt;
  }

  @Override
  public double pressureBelow(Levels levels) {
    double debt = 0;
    for (int level = 1; level < Levels.BOTTOM; level++) {
      debt += Math.max(0, levels.bytes(level) - limit(level));
    }
    return debt / (BEARABLE_DEBT * options.level1Bytes());
  }

  @Override
  public int bottom() {
    return BOTTOM;
  }

  /// The level that exceeds its limit most and is none of `tried`; -1 if none does.
  private int mostUrgent(Levels levels, AtWork atWork, boolean[] tried) {
    int level = -1;
    double most = 1;
    for (int candidate = 1; candidate < Levels.BOTTOM; candidate++) {
      var idle = atWork.idle(levels.level(candidate));
      double pressure = Levels.bytes(idle) / limit(candidate);
      if (!tried[candidate] && !idle.isEmpty() && pressure >= most) {
        level = candidate;
        most = Math.nextUp(pressure);
      }
    }
    return level;
  }

  private double limit(int level) {
    return options.level1Bytes() * StrictMath.pow(options.levelFactor(), level - 1);
  }

  private @Nullable CompactionTask next(Levels levels, int level, AtWork atWork) {
    var all = levels.level(level);
    int at = Levels.firstStartingAtOrAbove(all, turns[level].successor());
    for (int i = 0; i < Math.min(TRIES, all.size()); i++) {
      var table = all.get((at + i) % all.size());
      if (!atWork.has(table)) {
        var task = task(levels, level, List.of(table));
        if (fits(task, atWork)) {
          turns[level] = table.info().largest();
          return task;
        }
      }
    }
    return null;
  }

  private static boolean fits(CompactionTask task, AtWork atWork) {
    return atWork.admits(task) && task.inputs().stream().noneMatch(atWork::has);
  }

  private CompactionTask task(Levels levels, int level, List<Table> upper) {
    var hull = Levels.hull(upper);
    var lower = levels.overlapping(level + 1, hull);
    var sources = new ArrayList<CompactionTask.Source>();
    for (var table : upper) {
      sources.add(new CompactionTask.Source(level, List.of(table)));
    }
    if (!lower.isEmpty()) {
      sources.add(new CompactionTask.Source(level + 1, lower));
    }
    // What deletes nothing any more would stay for ever in a table that moves.
    boolean deletes = upper.getFirst().info().deletesRanges() || isCrowded(upper.getFirst());
    boolean idle = deletes && !levels.mayHaveBelow(level + 1, hull);
    boolean moves = sources.size() == 1 && !tables.repacksBelow(level) && !idle;
    return new CompactionTask(sources, level + 1, moves);
  }
}
