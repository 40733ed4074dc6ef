package io.concordkv.storage.engine.bplustree;

import io.concordkv.base.Bytes;
import io.concordkv.base.Check;
import io.concordkv.base.CorruptionError;
import io.concordkv.storage.engine.Order;
import io.concordkv.storage.engine.lsm.Merge;
import io.concordkv.storage.engine.lsm.table.Run;
import io.concordkv.storage.engine.memtable.Memtable;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Merges what was written since the last checkpoint into the tree, in steps.
///
/// Walks the old tree from left to right beside the changes. Subtrees without a change are taken
/// over by their reference; the leaves that change, and the pages above them, are written anew.
/// What counts at the end is one write of the head. A step is made by a worker, or by the loop when
/// it must not wait for one; the lock lets only one of them in.
final class Checkpoint {
  /// Where pages have to be moved from; nothing has if nothing lies behind this unit.
  static final long NO_MOVE = Long.MAX_VALUE;

  private static final int STEP_BYTES = 1 << 20;
  private static final int STEP_PAGES = 512;

  private static final Page EMPTY_LEAF =
      new Page(new byte[PageFormat.HEADER_BYTES], PageFormat.NOWHERE);

  /// Whether the loop has already dealt with the outcome.
  boolean settled;

  final Tree tree;

  /// The deltas that it merges: the oldest ones, the newest of them first.
  List<Memtable> deltas;

  final Dead dead = new Dead();
  private final ReentrantLock lock = new ReentrantLock();
  private final long mark;
  private final long moveFrom;
  private Merge changes;
  private final PageWriter writer;
  private final TreeBuilder builder;
  private final ArrayDeque<Branch> path = new ArrayDeque<>();
  private Stage stage = Stage.BEGIN;
  private @Nullable Page leaf;
  private int leafIndex;
  private @Nullable Bytes leafEnd;
  private boolean leafMoves;
  private long steps;
  private TreeBuilder.Root root = TreeBuilder.Root.NONE;
  private @Nullable Head head;

  private enum Stage {
    BEGIN,
    MERGE,
    SYNC,
    COMMIT,
    DONE
  }

  /// A page above the leaves on the way to where the walk is.
  private static final class Branch {
    final Page page;
    final Bytes low;
    final @Nullable Bytes end;
    int child;

    Branch(Page page, Bytes low, @Nullable Bytes end) {
      this.page = page;
      this.low = low;
      this.end = end;
    }
  }

  /// The outcome of a step; damage is an answer here, since it must not stop the node.
  record Step(boolean finished, @Nullable CorruptionError damage) {}

  /// Holds `tree` until the engine lets go of it. `generation` is that of what it writes.
  Checkpoint(
      Tree tree,
      BPlusTreeOptions options,
      long generation,
      List<Memtable> deltas,
      long mark,
      long moveFrom) {
    this.tree = tree.retain();
    this.deltas = deltas;
    this.mark = mark;
    this.moveFrom = moveFrom;
    writer = new PageWriter(tree.file, generation, true);
    builder = new TreeBuilder(writer, options, dead, tree.head.count(), tree.head.pairBytes());
    var runs = new ArrayList<Run>();
    for (var delta : deltas) {
      runs.add(delta.walk(Long.MAX_VALUE));
    }
    changes = new Merge(runs, Order.ASCENDING);
  }

  /// Does about a megabyte's worth of work. Finished when the new head is durable.
  Step step() {
    lock.lock();
    try {
      if (stage != Stage.DONE && !tree.file.isStopped()) {
        work();
      }
      return new Step(stage == Stage.DONE, null);
    } catch (CorruptionError damage) {
      return new Step(false, damage);
    } finally {
      lock.unlock();
    }
  }

  /// The loop has dealt with the outcome. A step may still be on its way home, for as long as the
  /// loop is busy with a long log; it is not to keep all that was merged meanwhile.
  void settle() {
    lock.lock();
    try {
      Check.that(stage == Stage.DONE, "what is settled is done");
      settled = true;
      deltas = List.of();
      changes = new Merge(List.of(), Order.ASCENDING);
      writer.letGo();
    } finally {
      lock.unlock();
    }
  }

  /// What counts now.
  Head head() {
    return Objects.requireNonNull(head);
  }

  private void work() {
    switch (stage) {
      case BEGIN -> begin();
      case MERGE -> merge();
      case SYNC -> {
        tree.file.sync();
        stage = Stage.COMMIT;
      }
      case COMMIT -> {
        tree.file.commit(head());
        stage = Stage.DONE;
      }
      case DONE -> {}
    }
  }

  private void begin() {
    tree.file.shrink();
    changes.toCeiling(Bytes.EMPTY);
    boolean unchanged = !changes.valid() && moveFrom == NO_MOVE;
    if (unchanged) {
      root = new TreeBuilder.Root(tree.head.root(), tree.head.rootGeneration());
      end();
      return;
    }
    if (tree.isEmpty()) {
      enter(EMPTY_LEAF, Bytes.EMPTY, null);
    } else {
      var head = tree.head;
      open(head.root(), head.rootGeneration(), PageFormat.ON_ANY_LEVEL, Bytes.EMPTY, null);
    }
    stage = Stage.MERGE;
  }

  private void merge() {
    long end = writer.written() + STEP_BYTES;
    steps = 0;
    while (writer.written() < end && steps < STEP_PAGES) {
      if (leaf != null) {
        mergeLeaf(leaf, end);
      } else if (path.isEmpty()) {
        root = builder.finish();
        end();
        return;
      } else {
        nextChild(path.getLast());
      }
    }
  }

  private void end() {
    long space = writer.writeSpace(spaceToo());
    writer.flush();
    head =
        new Head(
            writer.generation,
            mark,
            root.equals(TreeBuilder.Root.NONE) ? 0 : builder.count(),
            builder.pairBytes(),
            root.place(),
            root.generation(),
            space,
            writer.generation,
            tree.file.unitBytes);
    stage = Stage.SYNC;
  }

  /// The page of taken units is written anew each time.
  private Dead spaceToo() {
    if (tree.head.space() != PageFormat.NOWHERE) {
      dead.add(tree.head.space(), tree.head.spaceGeneration());
    }
    return dead;
  }

  private void nextChild(Branch branch) {
    int nth = branch.child;
    if (nth == branch.page.count) {
      path.removeLast();
      return;
    }
    branch.child++;
    var low = nth == 0 ? branch.low : branch.page.key(nth);
    var end = nth + 1 == branch.page.count ? branch.end : branch.page.key(nth + 1);
    long place = branch.page.childPlace(nth);
    long generation = branch.page.childGeneration(nth);
    int level = branch.page.level - 1;
    boolean asItIs = moveFrom == NO_MOVE && !changesBefore(end);
    if (!asItIs || !builder.attach(level, low, place, generation)) {
      open(place, generation, level, low, end);
    }
    steps++;
  }

  private void open(long place, long generation, int kind, Bytes low, @Nullable Bytes end) {
    var page = tree.file.peek(place, generation, kind);
    if (!page.isLeaf()) {
      dead.add(place, generation);
      path.addLast(new Branch(page, low, end));
      return;
    }
    leafMoves = moveFrom != NO_MOVE && reachesBehind(page);
    if (moveFrom != NO_MOVE
        && !leafMoves
        && !changesBefore(end)
        && !path.isEmpty()
        && builder.attach(0, low, place, generation)) {
      return;
    }
    dead.add(place, generation);
    enter(page, low, end);
  }

  /// Whether a leaf, or a large value of it, lies where things have to be moved from.
  private boolean reachesBehind(Page page) {
    boolean behind = PageFormat.unit(page.place) >= moveFrom;
    for (int i = 0; i < page.count && !behind; i++) {
      behind = page.isLarge(i) && PageFormat.unit(page.largePlace(i)) >= moveFrom;
    }
    return behind;
  }

  private void enter(Page page, Bytes low, @Nullable Bytes end) {
    leaf = page;
    leafIndex = 0;
    leafEnd = end;
    builder.enterLeaf(low);
  }

  private boolean changesBefore(@Nullable Bytes end) {
    return changes.valid() && (end == null || changes.key().compareTo(end) < 0);
  }

  private void mergeLeaf(Page page, long written) {
    while (changesBefore(leafEnd)) {
      if (writer.written() >= written) {
        return;
      }
      var key = changes.key();
      int found = page.find(key);
      copy(page, found >= 0 ? found : -found - 1);
      if (found >= 0) {
        builder.drop(page, found);
        leafIndex++;
      }
      var value = changes.value();
      if (value != null) {
        builder.add(key, value);
      }
      changes.step();
    }
    copy(page, page.count);
    leaf = null;
    leafEnd = null;
  }

  private void copy(Page page, int to) {
    for (; leafIndex < to; leafIndex++) {
      if (leafMoves
          && page.isLarge(leafIndex)
          && PageFormat.unit(page.largePlace(leafIndex)) >= moveFrom) {
        moveLarge(page, leafIndex);
      } else {
        builder.add(page, leafIndex);
      }
    }
  }

  private void moveLarge(Page page, int index) {
    long place = page.largePlace(index);
    long generation = page.largeGeneration(index);
    var large = tree.file.peek(place, generation, PageFormat.OF_A_VALUE);
    dead.add(place, generation);
    builder.addMoved(page, index, writer.writeLarge(large.content()));
  }
}
