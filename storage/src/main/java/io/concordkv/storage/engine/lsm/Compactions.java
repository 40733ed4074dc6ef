package io.concordkv.storage.engine.lsm;

import io.concordkv.base.Check;
import io.concordkv.base.CorruptionError;
import io.concordkv.base.env.Env;
import io.concordkv.storage.engine.lsm.manifest.Edit;
import io.concordkv.storage.engine.lsm.table.Table;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The compactions at work, each a chain of steps by workers.
///
/// Whose step is next is decided anew after each one: what comes from level 0 goes before the rest,
/// since a full level 0 stops the writer, and while a memtable is flushed one step fewer runs at a
/// time, for the same reason (Balmau et al., SILK, ATC 2019). So a long merge far below never
/// delays what a writer waits for by more than a step.
///
/// By itself an engine begins one whenever it is due, and each takes effect as soon as it is done.
/// In step with others ([FileIds]) that must not depend on who is faster: all that a bar does
/// begins with the bar and takes effect with its end, together with its flush.
final class Compactions {
  private static final Comparator<Compaction> BY_URGENCY =
      Comparator.comparing(job -> job.task.top() > 0);

  /// Of what makes a compaction of level 0 due: so much is no reason to slow down, and so much one
  /// to stop.
  private static final double CALM = 1.5;

  private static final int STOP = 3;

  /// So many memtables may be rewritten in a bar, and one merge more. With less, several levels
  /// would not keep up with what is written; with much more a bar would take long to end.
  private static final int BAR_MEMTABLES = 32;

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

  /// Those of them that wait for the end of the bar.
  private final List<Compaction> done = new ArrayList<>();

  private int steps;

  /// Those given up of which files are still there.
  private int leaving;

  private @Nullable Runnable whenQuiet;
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

  /// Whether level 0 is too full for more. In step never: it gets less full with the end of a bar,
  /// and that comes with what is written.
  boolean stalled() {
    int most = STOP * options.compaction().level0Tables();
    return !store.ids().areInStep() && live.levels().level(0).size() >= most;
  }

  private static long fromLevel0(CompactionTask task) {
    return task.sources().stream().filter(source -> source.level() == 0).count();
  }

  /// The level of a whole content that came at once.
  int bottom() {
    return picker.bottom();
  }

  AtWork atWork() {
    // How many threads there are is no matter of those who go in step.
    int most = store.ids().areInStep() ? Integer.MAX_VALUE : options.compaction().atOnce();
    return new AtWork(running.stream().map(job -> job.task).toList(), setAside(), most);
  }

  /// Begins whatever is due, unless that has to wait for the next bar, and lets those go on whose
  /// turn it is.
  ///
  /// @param flushing whether a memtable is being written to a table
  void schedule(boolean flushing) {
    this.flushing = flushing;
    pressureBelow = picker.pressureBelow(live.levels());
    if (!store.ids().areInStep()) {
      for (var task = next(); task != null; task = next()) {
        begin(task);
      }
    }
    goOn();
  }

  /// In step: begins what is due by now, as all do that have these levels and this bar.
  void beginBar() {
    if (!store.ids().areInStep()) {
      return;
    }
    if (reclaim != null || !setAside().isEmpty()) {
      store.ids().leaveStep(env);
    }
    picker.beginBar(live.levels(), store.ids().bar());
    long left = BAR_MEMTABLES * options.memtables().bytes();
    while (left > 0 && running.size() + 1 < FileIds.MAX_JOBS) {
      var task = next();
      if (task == null) {
        return;
      }
      left -= task.moves() ? 0 : task.bytes();
      begin(task);
    }
  }

  private void begin(CompactionTask task) {
    var values = options.values();
    var job =
        new Compaction(
            store,
            store.ids().of(running.size() + 1),
            task,
            live.levels(),
            options.tables().bytes(),
            reclaim == null ? values::isWasteful : values::hasGarbage);
    running.add(job);
    if (task.moves()) {
      finished(job);
    } else {
      ready.add(job);
    }
  }

  private void finished(Compaction job) {
    if (store.ids().areInStep()) {
      done.add(job);
    } else {
      commit(job);
    }
  }

  /// In step: whether the bar may end.
  boolean areDone() {
    return done.size() == running.size() || !store.ids().areInStep();
  }

  /// In step: hands over what takes effect with the end of the bar. None of it is at work any more.
  List<Compaction> endBar() {
    if (!store.ids().areInStep()) {
      return List.of();
    }
    Check.that(areDone(), "a bar ends when its compactions are done");
    var ended = List.copyOf(running);
    running.clear();
    done.clear();
    return ended;
  }

  private @Nullable CompactionTask next() {
    if (damage != null) {
      return null;
    }
    var task = picker.pick(live.levels(), atWork());
    if (task == null && reclaim != null) {
      task = reclaim.next(live.levels(), atWork(), store.ids().firstNew());
      reclaim = reclaim.isOver() ? null : reclaim;
    }
    return task;
  }

  /// From the next [#schedule] on all that is in tables is brought to where nothing of it is
  /// superseded.
  void reclaim() {
    reclaim = new Reclaim(options.values(), live.levels(), store.ids().firstNew());
  }

  /// Another content takes the place of the one they worked on.
  void giveUp() {
    reclaim = null;
    damage = null;
    giveUpWork();
  }

  private void giveUpWork() {
    running.clear();
    var waiting = Stream.concat(ready.stream(), done.stream()).toList();
    ready.clear();
    done.clear();
    waiting.forEach(job -> drop(job, null));
  }

  /// Runs `then` once nothing of those that were given up is left, not even a file.
  void whenQuiet(Runnable then) {
    whenQuiet = then;
    tellQuiet();
  }

  private void tellQuiet() {
    var then = whenQuiet;
    if (then != null && steps == 0 && leaving == 0) {
      whenQuiet = null;
      then.run();
    }
  }

  /// In step: the bar ends without them.
  void giveUpBar() {
    if (!areDone()) {
      store.ids().leaveStep(env);
      giveUpWork();
    }
  }

  /// Their files stay: the next one who opens the store removes them.
  void close() {
    Stream.concat(ready.stream(), done.stream()).forEach(job -> live.letGo(job.levels));
    ready.clear();
    done.clear();
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
            finished(job);
            whenOneEnded.run();
          } else {
            ready.add(job);
          }
          if (!store.isClosed()) {
            tellQuiet();
            goOn();
          }
        });
  }

  /// It met damage, or another content took the place of the one that was compacted.
  private void drop(Compaction job, @Nullable CorruptionError met) {
    boolean wanted = running.remove(job);
    live.letGo(job.levels);
    leaving++;
    live.discard(
        job::abandon,
        () -> {
          leaving--;
          tellQuiet();
        });
    env.reached(wanted ? "lsm/compaction-damaged" : "lsm/compaction-in-vain");
    if (wanted) {
      store.ids().leaveStep(env);
    }
    boolean known = job.task.inputs().stream().anyMatch(table -> table.damage() != null);
    damage = wanted && !known ? met : damage;
  }

  private void commit(Compaction job) {
    commits.submit(
        () -> {
          if (!running.contains(job)) {
            drop(job, null);
            return null;
          }
          return store.edit(false, Edit.SAME_MARK, job.task.inputs(), job.placed());
        },
        () -> {
          live.use(live.levels().with(job.task.inputs(), job.placed()));
          running.remove(job);
          tookEffect(job);
          whenOneEnded.run();
        });
  }

  void tookEffect(Compaction job) {
    pacing.rewrote(job.task.moves() ? 0 : job.bytes());
    live.letGo(job.levels);
    env.reached(job.task.moves() ? "lsm/table-moved" : "lsm/compacted");
  }
}
