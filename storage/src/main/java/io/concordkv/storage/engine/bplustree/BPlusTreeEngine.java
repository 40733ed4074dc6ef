package io.concordkv.storage.engine.bplustree;

import io.concordkv.base.Bytes;
import io.concordkv.base.Check;
import io.concordkv.base.CorruptionError;
import io.concordkv.base.env.Env;
import io.concordkv.base.env.FileSystem;
import io.concordkv.base.env.Workers;
import io.concordkv.storage.engine.Cursor;
import io.concordkv.storage.engine.Engine;
import io.concordkv.storage.engine.EngineMetrics;
import io.concordkv.storage.engine.EngineSizes;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.Order;
import io.concordkv.storage.engine.Replacement;
import io.concordkv.storage.engine.Scrub;
import io.concordkv.storage.engine.View;
import io.concordkv.storage.engine.WriteBatch;
import io.concordkv.storage.engine.WriteWork;
import io.concordkv.storage.engine.memtable.Memtable;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// An engine that keeps its content in a B+Tree on the disk.
///
/// Batches gather in a delta in memory, so a write costs no page: the log that holds it is that of
/// the owner. When the delta is full, or on [#flush()], another takes its place, and workers merge
/// it into the tree (a [Checkpoint]). No page that counts is ever overwritten: what changes is
/// written elsewhere, and one write of the file's head makes it count. So after a crash the content
/// is that of the last durable checkpoint, always between two batches, and opening reads the head,
/// the map of taken units and nothing else.
///
/// A view holds a tree and the deltas above it. Everything here belongs to the loop; workers get
/// what no longer changes, and what they made is posted home.
public final class BPlusTreeEngine implements Engine {
  private static final int GENERATION_GAP = 1 << 16;

  private final Env env;
  private final String directory;
  private final BPlusTreeOptions options;
  private final AtomicLong nextFile;
  private final AtomicBoolean closed = new AtomicBoolean();
  private final ArrayDeque<Waiting> whenDurable = new ArrayDeque<>();
  private Tree tree;

  /// The newest first; only that one is written.
  private Memtable[] deltas;

  private long sequence;
  private long mark;
  private long durableMark;
  private long durableSequence;
  private long nextGeneration;
  private long stalledWrites;
  private @Nullable Checkpoint checkpoint;
  private @Nullable CorruptionError damage;
  private boolean flushWanted;
  private boolean moveWanted;
  private boolean shrinkWanted;
  private boolean replacing;
  private final Waste waste = new Waste();

  /// What is to be done once the first `sequence` batches are durable.
  private record Waiting(long sequence, Runnable then) {}

  private BPlusTreeEngine(
      Env env, String directory, BPlusTreeOptions options, TreeFile file, long nextFile) {
    this.env = env;
    this.directory = directory;
    this.options = options;
    this.nextFile = new AtomicLong(nextFile);
    use(file);
    schedule();
  }

  /// Opens or makes the engine in `directory`. Blocks.
  public static BPlusTreeEngine open(Env env, String directory, BPlusTreeOptions options) {
    var files = env.files();
    files.createDirectories(directory);
    long next = Leftovers.remove(files, directory);
    long newest = Leftovers.newest(files, directory);
    TreeFile file;
    if (newest < 0) {
      var loader = new TreeLoader(files, directory, next++, options);
      loader.seal();
      file = loader.publish(0);
    } else {
      // The process that published it may have ended before its name was durable.
      files.syncDirectory(directory);
      file = TreeFile.open(files, directory, newest, options);
    }
    Leftovers.removeOlder(files, directory, file.number);
    return new BPlusTreeEngine(env, directory, options, file, next);
  }

  /// Removes everything that an engine has in `directory`, damaged or not. Should it be
  /// interrupted, what is left does not pass for a whole content.
  public static void discard(FileSystem files, String directory) {
    long newest = Leftovers.newest(files, directory);
    Leftovers.remove(files, directory);
    Leftovers.removeOlder(files, directory, newest);
    files.syncDirectory(directory);
    if (newest >= 0) {
      files.delete(PageFormat.path(directory, newest));
      files.syncDirectory(directory);
    }
  }

  @Override
  public void write(WriteBatch batch) {
    Check.that(!closed.get(), "a closed engine is not written");
    Check.that(!replacing, "nothing is written while a replacement takes over");
    var changes = batch.singles(this);
    Lengths.check(batch.bytes(), changes);
    stalledWrites += stalled() ? 1 : 0;
    sequence++;
    var active = deltas[0];
    for (int i = 0; i < changes.size(); i++) {
      switch (changes.get(i)) {
        case WriteBatch.Change.Put(var key, var value) -> active.put(key, value, sequence);
        case WriteBatch.Change.Delete(var key) -> active.put(key, null, sequence);
      }
    }
    if (batch.mark() != 0) {
      mark = batch.mark();
    }
    active.wrote(sequence, mark);
    boolean early = deltas.length == 1 && env.fault("bplustree/early-checkpoint");
    if (active.bytes() >= options.deltaBytes() || early) {
      switchDelta();
      schedule();
    }
  }

  @Override
  public @Nullable Bytes get(Bytes key) {
    return TreeView.get(deltas, sequence, tree, key);
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
  public void reclaim() {
    moveWanted = true;
    flush();
  }

  @Override
  public void sync() {
    Check.that(!closed.get(), "a closed engine is not synced");
    Check.that(!replacing, "nothing is synced while a replacement takes over");
    while (isDirty() || deltas.length > 1) {
      if (checkpoint == null && isDirty()) {
        switchDelta();
      }
      runNow(checkpoint == null ? begin(Checkpoint.NO_MOVE) : checkpoint);
    }
  }

  @Override
  public void checkpoint(String target, Runnable done) {
    whenDurable.add(
        new Waiting(
            sequence,
            () -> {
              var copy = new TreeCopy(tree.retain(), env.files(), target, options);
              step(copy, done);
            }));
    flush();
    tellDurable();
  }

  @Override
  public Replacement replacement() {
    long number = nextFile.getAndIncrement();
    return new TreeReplacement(
        () -> new TreeLoader(env.files(), directory, number, options), closed::get);
  }

  @Override
  public void replaceWith(Replacement replacement, long mark, Runnable done) {
    Check.that(!replacing, "one replacement takes over at a time");
    var loader = ((TreeReplacement) replacement).take();
    replacing = true;
    // What it would have made belongs to the content that goes.
    checkpoint = null;
    damage = null;
    env.workers()
        .run(
            Workers.Lane.BACKGROUND,
            () -> loader.publish(mark),
            env.loop(),
            file -> {
              if (closed.get()) {
                file.close();
                return;
              }
              var old = tree;
              use(file);
              old.file.forget();
              letGo(old);
              replacing = false;
              env.reached("bplustree/replaced");
              tellDurable();
              done.run();
              schedule();
            });
  }

  @Override
  public long durableMark() {
    return durableMark;
  }

  @Override
  public long mark() {
    return mark;
  }

  @Override
  public boolean stalled() {
    return deltas.length - 1 >= options.maxDeltas() || damage != null;
  }

  @Override
  public long count() {
    long count = tree.head.count();
    for (var delta : deltas) {
      count += 2 * delta.live() - delta.keys();
    }
    return Math.max(0, count);
  }

  @Override
  public EngineSizes sizes() {
    long memory = tree.file.space.memoryBytes();
    for (var delta : deltas) {
      memory += delta.bytes();
    }
    long live = tree.file.space.takenUnits() * tree.file.unitBytes;
    return new EngineSizes(memory, tree.file.bytes(), live);
  }

  @Override
  public EngineMetrics metrics() {
    long debt = 0;
    for (int i = 1; i < deltas.length; i++) {
      debt += deltas[i].bytes();
    }
    var file = tree.file;
    return new EngineMetrics(
        count(),
        sizes(),
        file.hits(),
        file.misses(),
        debt,
        stalledWrites,
        WriteWork.UNKNOWN,
        List.of());
  }

  @Override
  public List<Long> files() {
    return List.of(tree.file.number);
  }

  @Override
  public @Nullable Scrub scrub(long file) {
    return file == tree.file.number ? new TreeScrub(tree, this::letGoFromAnywhere) : null;
  }

  @Override
  public @Nullable CorruptionError damage() {
    return damage;
  }

  /// Reads the whole tree and checks that it is one: a broken invariant is an
  /// [io.concordkv.base.InvariantError], damage a [CorruptionError]. Blocks. Returns how many bytes
  /// of the file its pages take.
  public long validate() {
    return (long) TreeCheck.check(tree, options) * tree.file.unitBytes;
  }

  long cachedBytes() {
    return tree.file.cachedBytes();
  }

  @Override
  public void close() {
    if (!closed.getAndSet(true)) {
      tree.file.stop();
      letGo(tree);
    }
  }

  /// Starts whatever is due in the background.
  private void schedule() {
    if (closed.get() || replacing || damage != null || checkpoint != null) {
      return;
    }
    if (flushWanted) {
      flushWanted = false;
      if (isDirty()) {
        switchDelta();
      }
    }
    if (deltas.length > 1) {
      step(begin(Checkpoint.NO_MOVE));
    } else if (moveWanted || waste.isWorthMoving(tree.file.space)) {
      moveWanted = false;
      shrinkWanted = true;
      step(begin(tree.file.space.takenUnits()));
    } else if (shrinkWanted) {
      shrinkWanted = false;
      step(begin(Checkpoint.NO_MOVE));
    }
  }

  private Checkpoint begin(long moveFrom) {
    var waiting = List.of(deltas).subList(1, deltas.length);
    long reached = waiting.isEmpty() ? durableMark : waiting.getFirst().mark();
    var next =
        new Checkpoint(tree, options, nextGeneration++, List.copyOf(waiting), reached, moveFrom);
    checkpoint = next;
    return next;
  }

  private void step(Checkpoint job) {
    env.workers()
        .run(
            Workers.Lane.BACKGROUND,
            job::step,
            env.loop(),
            step -> {
              if (job.settled) {
                return;
              }
              if (closed.get() || job != checkpoint) {
                job.settled = true;
                letGo(job.tree);
              } else if (step.damage() != null) {
                fail(job, step.damage());
              } else if (step.finished()) {
                finish(job);
              } else {
                step(job);
              }
            });
  }

  private void runNow(Checkpoint job) {
    while (true) {
      var step = job.step();
      if (step.damage() != null) {
        fail(job, step.damage());
        throw step.damage();
      }
      if (step.finished()) {
        finish(job);
        return;
      }
    }
  }

  private void fail(Checkpoint job, CorruptionError met) {
    job.settled = true;
    checkpoint = null;
    damage = met;
    letGo(job.tree);
  }

  private void finish(Checkpoint job) {
    checkpoint = null;
    var old = tree;
    var head = job.head();
    tree = new Tree(old.file, head);
    deltas = Arrays.copyOf(deltas, deltas.length - job.deltas.size());
    durableMark = head.mark();
    if (!job.deltas.isEmpty()) {
      durableSequence = job.deltas.getFirst().sequence();
    }
    old.file.space.retire(old.head.generation(), job.dead);
    letGo(job.tree);
    job.settle();
    letGo(old);
    env.reached("bplustree/checkpoint");
    tellDurable();
    schedule();
  }

  private void step(TreeCopy copy, Runnable done) {
    env.workers()
        .run(
            Workers.Lane.BACKGROUND,
            copy::step,
            env.loop(),
            step -> {
              if (!closed.get() && !step.finished() && step.damage() == null) {
                step(copy, done);
                return;
              }
              letGo(copy.tree);
              if (closed.get()) {
                return;
              }
              if (step.finished()) {
                done.run();
              } else if (copy.tree.file == tree.file) {
                damage = step.damage();
              }
            });
  }

  private void tellDurable() {
    while (!whenDurable.isEmpty() && whenDurable.element().sequence <= durableSequence) {
      whenDurable.remove().then.run();
    }
  }

  private boolean isDirty() {
    long before = deltas.length > 1 ? deltas[1].mark() : durableMark;
    return deltas[0].keys() > 0 || deltas[0].mark() != before;
  }

  private Memtable newDelta() {
    return new Memtable(options.memtable(), mark, sequence, options.deltaBytes());
  }

  private void switchDelta() {
    deltas = newDelta().ahead(deltas);
  }

  private TreeView newView() {
    return new TreeView(deltas, sequence, tree, this::letGoFromAnywhere);
  }

  /// Makes what `file` has the content.
  private void use(TreeFile file) {
    var head = file.head();
    tree = new Tree(file, head);
    // What a checkpoint wrote that a crash ended must never pass for a page of a later one.
    int gap = env.random("bplustree/generation/" + directory).nextInt(GENERATION_GAP);
    nextGeneration = head.generation() + 1 + gap;
    mark = head.mark();
    durableMark = mark;
    durableSequence = sequence;
    deltas = new Memtable[] {newDelta()};
  }

  private void letGoFromAnywhere(Tree held) {
    if (held.release()) {
      env.loop().post(() -> retire(held));
    }
  }

  private void letGo(Tree held) {
    if (held.release()) {
      retire(held);
    }
  }

  /// Nobody reads `gone` any more.
  private void retire(Tree gone) {
    var file = gone.file;
    if (file.space.end(gone.head.generation())) {
      file.close();
      if (!closed.get()) {
        env.workers()
            .run(
                Workers.Lane.BACKGROUND,
                () -> {
                  if (!closed.get()) {
                    file.delete();
                  }
                  return true;
                },
                env.loop(),
                _ -> {});
      }
    }
  }
}
