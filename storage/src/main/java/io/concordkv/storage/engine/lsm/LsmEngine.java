package io.concordkv.storage.engine.lsm;

import io.concordkv.base.Bytes;
import io.concordkv.base.Check;
import io.concordkv.base.CorruptionError;
import io.concordkv.base.env.Env;
import io.concordkv.base.env.FileException;
import io.concordkv.base.env.FileSystem;
import io.concordkv.base.env.Workers;
import io.concordkv.storage.engine.Cursor;
import io.concordkv.storage.engine.Engine;
import io.concordkv.storage.engine.EngineMetrics;
import io.concordkv.storage.engine.EngineSizes;
import io.concordkv.storage.engine.Intake;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.Order;
import io.concordkv.storage.engine.Replacement;
import io.concordkv.storage.engine.Scrub;
import io.concordkv.storage.engine.View;
import io.concordkv.storage.engine.WriteBatch;
import io.concordkv.storage.engine.lsm.manifest.Edit;
import io.concordkv.storage.engine.lsm.manifest.Manifest;
import io.concordkv.storage.engine.lsm.table.Table;
import io.concordkv.storage.engine.lsm.table.ValueUse;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// An engine whose content is larger than memory.
///
/// Batches go into a memtable. When it is full, or on [#flush()], another takes its place, and
/// workers write the full one to a table of level 0; compactions bring tables down from level to
/// level. A table counts from the moment the manifest names it, so after a crash the content is
/// that of the last durable flush, always between two batches. Everything here belongs to the loop;
/// workers get a memtable that no longer changes, or tables, and what they made is posted home.
///
/// Of the levels and memtables there are many copies at a time, one for each open view, sharing
/// what they have in common; a file is deleted when no edit and no view needs it any more.
public final class LsmEngine implements Engine {
  /// Which tree of the manifest this is.
  static final long TREE = 0;

  private final Env env;
  private final LsmOptions options;
  final TableStore store;
  private final Manifest manifest;
  private final Commits commits;
  private final LiveTables live;
  private final Pacing pacing;
  final Compactions compactions;

  private final Memtables memtables;
  private long stalledWrites;
  private @Nullable Flush flush;
  private final WhenDurable whenDurable = new WhenDurable();

  /// How much of the oldest memtable is in a table.
  private double flushed;

  private boolean flushWanted;
  private boolean replacing;
  private boolean taking;

  private LsmEngine(Env env, LsmOptions options, Opening found) {
    this.env = env;
    this.options = options;
    this.store = found.store();
    this.manifest = found.manifest();
    this.commits = new Commits(env, manifest);
    this.pacing = new Pacing(env.clock());
    this.live = new LiveTables(env, store, found.levels());
    this.compactions = new Compactions(env, store, commits, live, options, pacing, this::schedule);
    this.memtables = new Memtables(options.memtables(), manifest.state(TREE).mark());
    compactions.beginBar();
    schedule();
  }

  /// Opens or makes the engine in `directory`. Blocks.
  public static LsmEngine open(Env env, String directory, LsmOptions options) {
    return open(env, directory, options, false);
  }

  /// As [#open], for one that goes in step with others that get the same batches, up to the same
  /// ends of bars, with the same options: they come to the same files, table by table and byte by
  /// byte. A *bar* is what is written between two calls of [#endBar()] (the word is TigerBeetle's,
  /// whose compaction goes by the log as well); where batches begin and end within it is no matter.
  ///
  /// A [#flush()], a [#sync()] that has anything to do, a content that comes from elsewhere or a
  /// damaged table leaves the step ([#inStep()]): all goes on, with files that are others, until
  /// those of one in step are taken over ([#replaceWith(FileReplacement, Runnable)]).
  public static LsmEngine openInStep(Env env, String directory, LsmOptions options) {
    return open(env, directory, options, true);
  }

  private static LsmEngine open(Env env, String directory, LsmOptions options, boolean inStep) {
    return new LsmEngine(env, options, Opening.of(env, directory, options, inStep));
  }

  /// Removes everything that an engine has in `directory`, damaged or not. Should it be
  /// interrupted, what is left does not pass for a whole content.
  public static void discard(FileSystem files, String directory) {
    Leftovers.discard(files, directory);
  }

  @Override
  public void write(WriteBatch batch) {
    Check.that(!store.isClosed(), "a closed engine is not written");
    Check.that(!replacing && !taking, "nothing is written while a replacement or tables come in");
    stalledWrites += stalled() ? 1 : 0;
    pacing.press(Math.max(memtables.pressure(flushed), compactions.pressure(flushed)));
    pacing.wrote(batch.bytes());
    memtables.write(batch);
    if (!store.ids().areInStep()) {
      boolean early = memtables.waiting() == 0 && env.fault("lsm/early-flush");
      if (memtables.isActiveFull() || early) {
        memtables.switchOver();
        schedule();
      }
    }
  }

  /// In step: what was written so far is a bar. Whoever drives the engine ends bars by what is
  /// written alone, before they hold much more than a memtable should, and waits while the engine
  /// is [#stalled()].
  public void endBar() {
    Check.that(store.ids().areInStep(), "who goes by itself ends no bars");
    Check.that(!replacing && !taking, "no bar ends while a content comes in");
    if (memtables.isDirty()) {
      memtables.switchOver();
      schedule();
    }
  }

  /// Whether the files are those of all others in step.
  public boolean inStep() {
    return !replacing && store.ids().areInStep() && !store.ids().leftStep();
  }

  @Override
  public @Nullable Bytes get(Bytes key) {
    return memtables.get(live.levels(), key);
  }

  @Override
  public Cursor scan(KeyRange range, Order order) {
    return newView().scanAndClose(range, order);
  }

  @Override
  public View view() {
    return newView();
  }

  @Override
  public void flush() {
    flushWanted = true;
    schedule();
  }

  @Override
  public void sync() {
    Check.that(!store.isClosed(), "a closed engine is not synced");
    Check.that(!replacing, "nothing is synced while a replacement takes over");
    commits.drain();
    if (memtables.isDirty()) {
      store.ids().leaveStep(env);
      memtables.switchOver();
    }
    while (memtables.waiting() > 0) {
      var job = flush == null ? new Flush(store, memtables.oldest()) : flush;
      flush = job;
      while (!job.step()) {
        // The next step follows at once.
      }
      compactions.giveUpBar();
      commit(job);
      commits.drain();
    }
  }

  @Override
  public void reclaim() {
    Check.that(!store.isClosed(), "a closed engine gives nothing back");
    whenDurable(() -> {
      compactions.reclaim();
      schedule();
    });
  }

  @Override
  public Replacement replacement() {
    return new LsmReplacement(store, options.tables().bytes());
  }

  @Override
  public void replaceWith(Replacement replacement, long mark, Runnable done) {
    var tables = ((LsmReplacement) replacement).take();
    var placed =
        tables.stream().map(table -> new Levels.Placed(compactions.bottom(), table)).toList();
    replace(
        () -> {
          store.ids().leaveStep(env);
          return store.edit(true, mark, List.of(), placed);
        },
        placed,
        mark,
        done);
  }

  /// The durable content as it lies in files, for another replica in step. Only in step.
  public FrozenFiles frozenFiles() {
    Check.that(inStep(), "files are passed on by whoever goes in step");
    return new FrozenFiles(store, live.levels(), durableMark(), live::letGoFromAnywhere);
  }

  /// A new content, to be built by a worker of [#frozenFiles()] and taken over with
  /// [#replaceWith(FileReplacement, Runnable)].
  public FileReplacement fileReplacement() {
    return new FileReplacement(store, live.levels(), live::letGo);
  }

  /// As [#replaceWith(Replacement, long, Runnable)]. From now on this engine goes in step with the
  /// one that the files are from.
  public void replaceWith(FileReplacement replacement, Runnable done) {
    var placed = replacement.take();
    long next = replacement.nextFile();
    long mark = replacement.mark();
    replace(
        () -> {
          store.ids().joinStep(env, next);
          return store.edit(true, next, mark, List.of(), placed);
        },
        placed,
        mark,
        () -> {
          replacement.release();
          done.run();
        });
  }

  /// Takes over another content, once whatever is under way for this one has come to its end or is
  /// given up: in the new step work may get the same numbers.
  private void replace(Supplier<Edit> edit, List<Levels.Placed> placed, long mark, Runnable done) {
    Check.that(!replacing && !taking, "one content comes in at a time");
    replacing = true;
    commits.whenTold(() -> {
      if (flush != null) {
        flush.giveUp(live);
      }
      flush = null;
      flushed = 0;
      compactions.giveUp();
      compactions.whenQuiet(() -> commits.submit(edit, () -> replaced(placed, mark, done)));
    });
  }

  private void replaced(List<Levels.Placed> placed, long mark, Runnable done) {
    live.use(Levels.of(placed));
    memtables.restart(mark);
    replacing = false;
    compactions.beginBar();
    env.reached("lsm/replaced");
    whenDurable.tell(memtables.sequence());
    done.run();
    schedule();
  }

  @Override
  public Intake intake(FileSystem from, List<String> paths) {
    return new LsmIntake(store, options.tables().bytes(), from, paths);
  }

  @Override
  public void take(Intake copied, long mark, Runnable done) {
    Check.that(!replacing && !taking, "one content comes in at a time");
    taking = true;
    whenDurable(() -> takeIn((LsmIntake) copied, mark, done));
  }

  private void takeIn(LsmIntake copied, long mark, Runnable done) {
    commits.submit(
        () -> {
          if (!copied.place(live.levels(), compactions.atWork())) {
            live.background(copied::renew, _ -> takeIn(copied, mark, done));
            return null;
          }
          store.ids().leaveStep(env);
          return store.edit(false, mark, List.of(), copied.placed());
        },
        () -> {
          live.use(live.levels().with(List.of(), copied.placed()));
          memtables.tookIn(mark);
          taking = false;
          done.run();
          schedule();
        });
  }

  @Override
  public long durableMark() {
    return memtables.durableMark();
  }

  @Override
  public long mark() {
    return memtables.mark();
  }

  @Override
  public boolean stalled() {
    return memtables.areFull() || compactions.stalled();
  }

  @Override
  public long writeDelayNanos() {
    return pacing.delayNanos();
  }

  @Override
  public long count() {
    return memtables.count(live.levels());
  }

  @Override
  public EngineSizes sizes() {
    var levels = live.levels();
    long files = manifest.bytes();
    long disk = files + Levels.bytes(levels.all()) + ValueUse.fileBytes(levels.values());
    return new EngineSizes(memtables.bytes(), disk, files + levels.liveBytes());
  }

  @Override
  public EngineMetrics metrics() {
    var levels = live.levels();
    return store.metrics(
        EngineMetrics.of(this), compactions.debt(), stalledWrites, levels, pacing.work());
  }

  /// Makes a checkpoint of everything written so far in `target`, a new directory, in the
  /// background; then runs `done`. With a `base`, the name of an earlier checkpoint beside it, it
  /// gets only the files that are not in that one. If the disk has no room for it, `full` gets to
  /// know why and nothing is left of it. A close may leave it unfinished, and nobody is told then.
  public void checkpoint(
      String target, String base, Consumer<Checkpoint> done, Consumer<FileException> full) {
    whenDurable(() -> {
      var held = live.levels().retain();
      long at = durableMark();
      env.workers()
          .run(
              Workers.Lane.BACKGROUND,
              () -> store.checkpoint(target, base, at, Checkpoint.placed(held)),
              env.loop(),
              attempt -> {
                live.letGo(held);
                if (attempt.whole() != null) {
                  done.accept(attempt.whole());
                } else if (!store.isClosed()) {
                  full.accept(Objects.requireNonNull(attempt.failure()));
                }
              });
    });
  }

  /// Runs `then` once all that was written so far is in tables. In step that is when the bar ends,
  /// which is for others to say.
  public void whenDurable(Runnable then) {
    whenDurable.add(memtables.sequence(), then);
    if (!store.ids().areInStep()) {
      flush();
    }
    if (memtables.areSettled()) {
      whenDurable.tell(memtables.sequence());
    }
  }

  @Override
  public void checkpoint(String directory, Runnable done) {
    checkpoint(directory, done, Checkpoint::fail);
  }

  @Override
  public void checkpoint(String directory, Runnable done, Consumer<FileException> full) {
    checkpoint(directory, "", _ -> done.run(), full);
  }

  @Override
  public List<Long> files() {
    return live.levels().files();
  }

  /// The tables with their levels, told so that no two contents are told alike.
  public List<String> layout() {
    return live.levels().layout();
  }

  @Override
  public @Nullable Scrub scrub(long file) {
    return TableScrub.of(file, store, live.levels(), live::letGo);
  }

  @Override
  public @Nullable CorruptionError damage() {
    return compactions.damage();
  }

  @Override
  public void close() {
    if (!store.isClosed()) {
      store.close();
      commits.close();
      compactions.close();
      live.letGo(live.levels());
    }
  }

  Levels levels() {
    return live.levels();
  }

  /// Starts whatever is due in the background.
  private void schedule() {
    if (store.isClosed() || replacing) {
      return;
    }
    if (flushWanted && !memtables.areFull()) {
      flushWanted = false;
      if (memtables.isDirty()) {
        store.ids().leaveStep(env);
        memtables.switchOver();
      }
    }
    if (flush == null && memtables.waiting() > 0) {
      flush = new Flush(store, memtables.oldest());
      step(flush);
    } else if (flush != null && flush.written && !flush.settled && compactions.areDone()) {
      commit(flush);
    }
    compactions.schedule(flush != null);
  }

  private void step(Flush job) {
    live.background(
        job::step,
        finished -> {
          if (store.isClosed() || job.settled) {
            return;
          }
          if (job != flush) {
            job.settled = true;
            live.discard(job::abandon);
          } else if (finished) {
            job.written = true;
            schedule();
          } else {
            flushed = job.progress();
            step(job);
          }
        });
  }

  /// In step it is the end of a bar, with which its compactions take effect.
  private void commit(Flush job) {
    job.settled = true;
    var bar = new ArrayList<Compaction>();
    var removed = new ArrayList<Table>();
    var placed = new ArrayList<Levels.Placed>();
    commits.submit(
        () -> {
          if (job != flush) {
            live.discard(job::abandon);
            return null;
          }
          bar.addAll(compactions.endBar());
          bar.forEach(each -> removed.addAll(each.task.inputs()));
          bar.forEach(each -> placed.addAll(each.placed()));
          job.tables().forEach(table -> placed.add(new Levels.Placed(0, table)));
          return store.edit(false, job.memtable.mark(), removed, placed);
        },
        () -> {
          live.use(live.levels().with(removed, placed));
          bar.forEach(compactions::tookEffect);
          store.ids().endBar();
          compactions.beginBar();
          long flushedTo = memtables.flushed();
          env.reached("lsm/flushed");
          flush = flush == job ? null : flush;
          flushed = 0;
          pacing.flushed(job.bytes());
          whenDurable.tell(flushedTo);
          schedule();
        });
  }

  private LsmView newView() {
    return memtables.view(live.levels(), live::letGoFromAnywhere);
  }
}
