package io.concordkv.storage.engine.lsm;

import io.concordkv.base.CorruptionError;
import io.concordkv.base.env.Env;
import io.concordkv.storage.engine.lsm.manifest.Edit;
import io.concordkv.storage.engine.lsm.table.Table;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The compactions at work, each a chain of steps by workers.
///
/// Whose step is next is decided anew after each one: what comes from level 0 goes before the rest,
/// since a full level 0 stops the writer, and while a memtable is flushed one step fewer runs at a
/// time, for the same reason (Balmau et al., SILK, ATC 2019). So a long merge far below never
/// delays what a writer waits for by more than a step.
final class Compactions {
  private static final Comparator<Compaction> BY_URGENCY =
      Comparator.comparing(job -> job.task.top() > 0);

  /// Of what makes a compaction of level 0 due: so much is no reason to slow down, and so much one
  /// to stop.
  private static final double CALM = 1.5;

  static final int STOP = 3;

  private final Env env;
  private final TableStore store;
  private final Commits commits;
  private final LiveTables live;
  private final CompactionPicker picker;
  private final LsmOptions options;
  private final Pacing pacing;
  private final Runnable whenOneEnded;

  /// In the order in which they began.
  private final List<Compaction> running = new ArrayList<>();

  /// Those of them that wait for their next step.
  private final List<Compaction> ready = new ArrayList<>();

  private int steps;
  private double pressureBelow;
  private boolean flushing;

  /// Met by a compaction in none of its tables, so that none can be set aside: nothing more begins.
  private @Nullable CorruptionError damage;

  private @Nullable Reclaim reclaim;

  Compactions(
      Env env,
      TableStore store,
      Commits commits,
      LiveTables live,
      LsmOptions options,
      Pacing pacing,
      Runnable whenOneEnded) {
    this.env = env;
    this.store = store;
    this.commits = commits;
    this.live = live;
    this.options = options;
    this.pacing = pacing;
    this.picker = options.picker();
    this.whenOneEnded = whenOneEnded;
  }

  /// What they or a reader met. The table is set aside: it stays where it is, so that a read of its
  /// keys meets the damage again and never an older value, and compactions that need not touch it
  /// go on.
  @Nullable CorruptionError damage() {
    for (int level = 0; damage == null && level < Levels.COUNT; level++) {
      for (var table : live.levels().level(level)) {
        var met = table.damage();
        if (met != null) {
          return told(met, level, table);
        }
      }
    }
    return damage;
  }

  private static CorruptionError told(CorruptionError met, int level, Table table) {
    var keys = table.span();
    return new CorruptionError(
        "%s. The table is set aside in level %d: of the keys from '%s' on%s only newer versions are read"
            .formatted(
                met.getMessage(),
                level,
                keys.from(),
                keys.to() == null ? "" : " and below '" + keys.to() + "'"));
  }

  private List<CompactionTask> setAside() {
    var tasks = new ArrayList<CompactionTask>();
    for (int level = 0; level < Levels.COUNT; level++) {
      for (var table : live.levels().level(level)) {
        if (table.damage() != null) {
          var source = new CompactionTask.Source(level, List.of(table));
          tasks.add(new CompactionTask(List.of(source), level, false));
        }
      }
    }
    return tasks;
  }

  long debt() {
    return picker.debt(live.levels());
  }

  /// How much of what may be due before the writer had better be stopped is due, from 0 to 1 or
  /// more.
  ///
  /// @param coming how many tables of level 0 are on their way
  double pressure(double coming) {
    double tables = live.levels().level(0).size() + coming;
    for (var job : running) {
      tables -= job.task.top() == 0 ? job.progress * fromLevel0(job.task) : 0;
    }
    int due = options.compaction().level0Tables();
    return Math.max((tables / due - CALM) / (STOP - CALM), pressureBelow);
  }

  private static long fromLevel0(CompactionTask task) {
    return task.sources().stream().filter(source -> source.level() == 0).count();
  }

  /// The level of a whole content that came at once.
  int bottom() {
    return picker.bottom();
  }

  AtWork atWork() {
    return new AtWork(
        running.stream().map(job -> job.task).toList(), setAside(), options.compaction().atOnce());
  }

  /// Begins whatever is due, and lets those go on whose turn it is.
  ///
  /// @param flushing whether a memtable is being written to a table
  void schedule(boolean flushing) {
    this.flushing = flushing;
    pressureBelow = picker.pressureBelow(live.levels());
    for (var task = next(); task != null; task = next()) {
      var values = options.values();
      var job =
          new Compaction(
              store,
              task,
              live.levels(),
              options.tables().bytes(),
              reclaim == null ? values::isWasteful : values::hasGarbage);
      running.add(job);
      if (task.moves()) {
        commit(job, task.inputs());
      } else {
        ready.add(job);
      }
    }
    goOn();
  }

  private @Nullable CompactionTask next() {
    if (damage != null) {
      return null;
    }
    var task = picker.pick(live.levels(), atWork());
    if (task == null && reclaim != null) {
      task = reclaim.next(live.levels(), atWork(), store.nextFile());
      reclaim = reclaim.isOver() ? null : reclaim;
    }
    return task;
  }

  /// From the next [#schedule] on all that is in tables is brought to where nothing of it is
  /// superseded.
  void reclaim() {
    reclaim = new Reclaim(options.values(), live.levels(), store.nextFile());
  }

  /// Another content takes the place of the one they worked on.
  void giveUp() {
    reclaim = null;
    running.clear();
    var waiting = List.copyOf(ready);
    ready.clear();
    waiting.forEach(job -> drop(job, null));
    damage = null;
  }

  /// Their files stay: the next one who opens the store removes them.
  void close() {
    ready.forEach(job -> live.letGo(job.levels));
    ready.clear();
  }

  private void goOn() {
    ready.sort(BY_URGENCY);
    int most = Math.max(1, options.compaction().atOnce() - (flushing ? 1 : 0));
    while (steps < most && !ready.isEmpty()) {
      step(ready.removeFirst());
    }
  }

  private void step(Compaction job) {
    steps++;
    live.background(
        () -> Compaction.Step.of(job),
        step -> {
          steps--;
          job.progress = step.progress();
          if (store.isClosed()) {
            live.letGo(job.levels);
          } else if (!running.contains(job) || step.damage() != null) {
            drop(job, step.damage());
            whenOneEnded.run();
          } else if (step.finished()) {
            commit(job, job.outputs());
          } else {
            ready.add(job);
          }
          if (!store.isClosed()) {
            goOn();
          }
        });
  }

  /// It met damage, or another content took the place of the one that was compacted.
  private void drop(Compaction job, @Nullable CorruptionError met) {
    boolean wanted = running.remove(job);
    live.letGo(job.levels);
    live.discard(job::abandon);
    env.reached(wanted ? "lsm/compaction-damaged" : "lsm/compaction-in-vain");
    boolean known = job.task.inputs().stream().anyMatch(table -> table.damage() != null);
    damage = wanted && !known ? met : damage;
  }

  private void commit(Compaction job, List<Table> outputs) {
    int level = job.task.target();
    var placed = outputs.stream().map(table -> new Levels.Placed(level, table)).toList();
    commits.submit(
        () -> {
          if (!running.contains(job)) {
            drop(job, null);
            return null;
          }
          return store.edit(false, Edit.SAME_MARK, job.task.inputs(), placed);
        },
        () -> {
          pacing.rewrote(job.task.moves() ? 0 : job.bytes());
          live.use(live.levels().with(job.task.inputs(), placed));
          live.letGo(job.levels);
          env.reached(job.task.moves() ? "lsm/table-moved" : "lsm/compacted");
          running.remove(job);
          whenOneEnded.run();
        });
  }
}
