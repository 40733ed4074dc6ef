package io.concordkv.storage.engine.lsm;

import io.concordkv.storage.engine.lsm.CompactionTask.Source;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Runs of similar size are merged to a larger one: each pair is written about once for each size
/// there is, instead of several times for each level, but there are more runs to look at, and more
/// of what they hold is superseded (Jagadish et al., Incremental organization for data recording
/// and warehousing, VLDB 1997; Dayan and Idreos, Dostoevsky, SIGMOD 2018).
///
/// Each table of level 0 is a run, and each level below is one, the oldest at the bottom. The
/// levels between two runs are empty: what is merged goes to the lowest level that its age allows.
final class TieredPicker implements CompactionPicker {
  /// A run that is larger by more than this is of another size.
  private static final double SIMILAR = 2;

  /// When the runs above the oldest hold this many times what it does, all are merged.
  private static final int MOST_SUPERSEDED = 2;

  /// So many levels stay free for what comes from level 0.
  private static final int FREE = 2;

  private final CompactionOptions options;

  TieredPicker(CompactionOptions options) {
    this.options = options;
  }

  @Override
  public @Nullable CompactionTask pick(Levels levels, AtWork atWork) {
    var task = sink(levels, atWork);
    task = task == null ? level0(levels, atWork) : task;
    return task == null ? deeper(levels, atWork) : task;
  }

  @Override
  public long debt(Levels levels) {
    var nothing = new AtWork(List.of(), List.of(), 1);
    long debt = levels.level(0).size() > options.level0Tables() ? levels.bytes(0) : 0;
    var task = deeper(levels, nothing);
    return debt + (task == null ? 0 : task.bytes());
  }

  /// However large a merge is, it keeps nobody waiting until there is no level left for what comes
  /// from level 0, and that shows there.
  @Override
  public double pressureBelow(Levels levels) {
    return 0;
  }

  @Override
  public int bottom() {
    return Levels.BOTTOM;
  }

  /// A run below which there are empty levels goes down to the last of them.
  private static @Nullable CompactionTask sink(Levels levels, AtWork atWork) {
    int target = Levels.BOTTOM;
    for (int level = Levels.BOTTOM; level > 0; level--) {
      boolean filled = !levels.level(level).isEmpty();
      if (filled && level < target) {
        var task = new CompactionTask(List.of(run(levels, level)), target, true);
        // A move is an edit of the manifest, so it waits for no turn.
        if (atWork.tasks().stream().allMatch(task::isDisjoint)) {
          return task;
        }
      }
      if (filled || atWork.fills(level)) {
        target = level - 1;
      }
    }
    return null;
  }

  private @Nullable CompactionTask level0(Levels levels, AtWork atWork) {
    var tables = atWork.idle(levels.level(0));
    if (tables.size() < options.level0Tables()) {
      return null;
    }
    var sources = new ArrayList<Source>();
    long bytes = 0;
    for (var table : tables) {
      sources.add(new Source(0, List.of(table)));
      bytes += table.info().bytes();
    }
    int target = Levels.BOTTOM;
    for (int level = 1; level < Levels.COUNT; level++) {
      long below = levels.bytes(level);
      boolean filled = below > 0;
      if (filled || atWork.fills(level)) {
        // Between it and level 0 there is no place; and a small run costs as much as a large one.
        if (filled && !atWork.fills(level) && (level == 1 || below * SIMILAR < bytes)) {
          sources.add(run(levels, level));
          bytes += below;
          target = level;
        } else {
          target = sources.getLast().level() > 0 ? sources.getLast().level() : level - 1;
          break;
        }
      }
    }
    if (target == 0) {
      return null;
    }
    var task = new CompactionTask(sources, target, false);
    return atWork.admits(task) && task.inputs().stream().noneMatch(atWork::has) ? task : null;
  }

  private static Source run(Levels levels, int level) {
    return new Source(level, levels.level(level));
  }

  /// The newest runs of similar size, or whatever has to be merged.
  private @Nullable CompactionTask deeper(Levels levels, AtWork atWork) {
    var runs = new ArrayList<Source>();
    for (int level = 1; level < Levels.COUNT; level++) {
      if (!levels.level(level).isEmpty()) {
        runs.add(run(levels, level));
      }
    }
    for (int from = 0; from < runs.size(); from++) {
      int to = endOfSimilar(runs, from);
      var task = to - from >= options.tierRuns() ? merge(runs.subList(from, to), atWork) : null;
      if (task != null) {
        return task;
      }
    }
    if (runs.size() > 1) {
      long oldest = Levels.bytes(runs.getLast().tables());
      long newer = runs.stream().mapToLong(run -> Levels.bytes(run.tables())).sum() - oldest;
      if (newer > MOST_SUPERSEDED * oldest) {
        return merge(runs, atWork);
      }
      if (runs.size() > Levels.BOTTOM - FREE) {
        return merge(runs.subList(0, Math.min(runs.size(), options.tierRuns())), atWork);
      }
    }
    return null;
  }

  private static int endOfSimilar(List<Source> runs, int from) {
    long largest = 0;
    int to = from;
    for (; to < runs.size(); to++) {
      long bytes = Levels.bytes(runs.get(to).tables());
      if (to > from && bytes > SIMILAR * largest) {
        break;
      }
      largest = Math.max(largest, bytes);
    }
    return to;
  }

  private static @Nullable CompactionTask merge(List<Source> runs, AtWork atWork) {
    var task = new CompactionTask(runs, runs.getLast().level(), false);
    return atWork.admits(task) ? task : null;
  }
}
