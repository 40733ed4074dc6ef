package io.concordkv.storage.engine.bplustree;

import static io.concordkv.storage.engine.bplustree.PageFormat.HEADER_BYTES;

import io.concordkv.base.Bytes;
import java.util.ArrayList;
import java.util.List;

/// Makes a tree from left to right: from pairs, and from whole subtrees of an older tree.
///
/// On every level cells gather until they fill pages. What does not fit into one page becomes
/// several of about the same size (a split), except at the right end, where pages are filled up
/// since keys that only grow would otherwise leave them half empty. A subtree is only taken as it
/// is while no cells wait below it that are too few for a page; else its pages are taken apart and
/// join them (a merge, or, if they are too many then, a borrow). At the right end the same is done
/// with the last subtree.
///
/// Each page above the leaves says of each child what the lowest key in it may be; of the leftmost
/// that is the empty key.
final class TreeBuilder {
  /// So many pages' worth of cells may wait on a level.
  private static final int WAITING_PAGES = 4;

  /// A leaf is made large enough for about so many pairs.
  private static final int LEAF_PAIRS = 8;

  private final PageWriter writer;
  private final BPlusTreeOptions options;
  private final Dead dead;
  private final int largeBytes;
  private final List<Cells> levels = new ArrayList<>();

  /// The lowest key that belongs into the first leaf that is waiting.
  private Bytes low = Bytes.EMPTY;

  private boolean anythingLeft;
  private long count;
  private long pairBytes;

  /// The root of what was made.
  record Root(long place, long generation) {
    static final Root NONE = new Root(PageFormat.NOWHERE, 0);
  }

  /// `count` and `pairBytes` are those of the older tree, as a first guess at how large pairs are.
  TreeBuilder(PageWriter writer, BPlusTreeOptions options, Dead dead, long count, long pairBytes) {
    this.writer = writer;
    this.options = options;
    this.dead = dead;
    this.count = count;
    this.pairBytes = pairBytes;
    largeBytes = largeBytes(options, writer.file().unitBytes);
    levels.add(new Cells(true));
  }

  /// A value longer than this gets a page of its own.
  static int largeBytes(BPlusTreeOptions options, int unitBytes) {
    return options.maxLeafUnits() * unitBytes / 4;
  }

  /// Says what the lowest key may be in the leaf from which the next pairs come.
  void enterLeaf(Bytes lowest) {
    if (levels.getFirst().count() == 0) {
      low = anythingLeft ? lowest : Bytes.EMPTY;
    }
  }

  void add(Bytes key, Bytes value) {
    count++;
    pairBytes += key.length() + value.length();
    if (value.length() > largeBytes) {
      levels.getFirst().addLarge(key, value.length(), writer.writeLarge(value), writer.generation);
    } else {
      levels.getFirst().add(key, value);
    }
    drain(0);
  }

  /// Adds a pair of an older leaf, with its value where it is.
  void add(Page leaf, int index) {
    levels.getFirst().add(leaf, index);
    drain(0);
  }

  /// Adds a pair of an older leaf whose large value was moved.
  void addMoved(Page leaf, int index, long place) {
    levels.getFirst().addLarge(leaf.key(index), leaf.valueLength(index), place, writer.generation);
    drain(0);
  }

  /// Says that a pair of the older tree is not part of this one.
  void drop(Page leaf, int index) {
    count--;
    pairBytes -= leaf.keyLength(index) + leaf.valueLength(index);
    if (leaf.isLarge(index)) {
      dead.add(leaf.largePlace(index), leaf.largeGeneration(index));
    }
  }

  /// Takes over a whole subtree whose root is on `level`; false if it has to be taken apart.
  boolean attach(int level, Bytes lowest, long place, long generation) {
    for (int below = 0; below <= level && below < levels.size(); below++) {
      if (levels.get(below).count() > 0) {
        if (isMeagre(below)) {
          return false;
        }
        emit(below, Fill.EVEN);
      }
    }
    level(level + 1).addChild(anythingLeft ? lowest : Bytes.EMPTY, place, generation);
    anythingLeft = true;
    drain(level + 1);
    return true;
  }

  /// Writes what is left and returns the root.
  Root finish() {
    for (int level = 0; ; level++) {
      boolean top = true;
      for (int above = level + 1; above < levels.size(); above++) {
        top &= levels.get(above).count() == 0;
      }
      var cells = level(level);
      if (top && level == 0 && cells.count() == 0) {
        return Root.NONE;
      }
      if (top && level > 0 && cells.count() == 1) {
        return new Root(cells.childPlace(0), cells.childGeneration(0));
      }
      if (cells.count() > 0) {
        if (!top && isMeagre(level)) {
          pullLeft(level);
        }
        emit(level, Fill.RIGHT_END);
      }
    }
  }

  long count() {
    return count;
  }

  long pairBytes() {
    return pairBytes;
  }

  private Cells level(int level) {
    while (levels.size() <= level) {
      levels.add(new Cells(false));
    }
    return levels.get(level);
  }

  /// Whether the cells that wait are too few for a page of their own.
  private boolean isMeagre(int level) {
    var cells = levels.get(level);
    if (level > 0 && cells.count() < 2) {
      return true;
    }
    if (cells.roughBytes() >= 2L * capacity(level)) {
      return false;
    }
    int prefix = cells.commonPrefix(0, cells.count());
    return HEADER_BYTES + prefix + cost(cells, 0, prefix) < capacity(level) / 4;
  }

  /// How large a page of `level` becomes.
  private int capacity(int level) {
    int unit = writer.file().unitBytes;
    if (level > 0) {
      return options.branchUnits() * unit;
    }
    long wanted = count <= 0 ? 0 : LEAF_PAIRS * pairBytes / count;
    int units = 1;
    while (units * 2 <= options.maxLeafUnits() && (long) units * unit < wanted) {
      units *= 2;
    }
    return units * unit;
  }

  private void drain(int level) {
    var cells = levels.get(level);
    if (cells.roughBytes() > Math.max(cells.drainAt, (long) WAITING_PAGES * capacity(level))) {
      emit(level, Fill.FULL);
    }
  }

  private enum Fill {
    /// Full pages; what follows may still make one of the rest.
    FULL,
    /// Everything, in pages of about the same size.
    EVEN,
    /// Everything, in full pages, except that the last one is not meagre.
    RIGHT_END
  }

  private void emit(int level, Fill fill) {
    var cells = levels.get(level);
    int prefix = cells.commonPrefix(0, cells.count());
    int room = Math.max(capacity(level) / 2, capacity(level) - HEADER_BYTES - prefix);
    long rest = cost(cells, 0, prefix);
    // A branch has two children at least.
    int least = level == 0 ? 1 : 2;
    int end = fill == Fill.FULL ? cells.count() - least : cells.count();
    int from = 0;
    while (fill == Fill.FULL ? end - from >= least && rest > 2L * room : from < end) {
      long pages = (rest + room - 1) / room;
      boolean full =
          fill == Fill.FULL || (fill == Fill.RIGHT_END && pages > 1 && rest - room > room / 2);
      int to = pages == 1 ? end : cut(cells, from, prefix, full ? room : rest / pages, room);
      to = Math.min(end, Math.max(to, from + least));
      if (end - to > 0 && cells.count() - to < least) {
        to = to - from > least ? to - 1 : end;
      }
      writePage(level, cells, from, to);
      from = to;
      rest = cost(cells, from, prefix);
      if (level == 0 && from < cells.count()) {
        low = cells.key(from).slice(0, cells.commonBytes(from - 1, from) + 1);
      }
    }
    cells.removeFirst(from);
    cells.drainAt = cells.roughBytes() + capacity(level);
  }

  /// Where a page that begins with cell `from` ends if it has about `target` bytes.
  private static int cut(Cells cells, int from, int prefix, long target, int room) {
    int to = from;
    long bytes = 0;
    while (to < cells.count()) {
      int cost = cells.cost(to, prefix);
      if (bytes + cost > room || bytes + cost / 2 > target) {
        break;
      }
      bytes += cost;
      to++;
    }
    return to;
  }

  private static long cost(Cells cells, int from, int prefix) {
    long cost = 0;
    for (int i = from; i < cells.count(); i++) {
      cost += cells.cost(i, prefix);
    }
    return cost;
  }

  private void writePage(int level, Cells cells, int from, int to) {
    int prefix = cells.commonPrefix(from, to);
    var page = cells.page(from, to, prefix);
    var lowest = level == 0 ? low : cells.key(from);
    int type = level == 0 ? PageFormat.LEAF : PageFormat.BRANCH;
    long place = writer.write(page, type, level, to - from, prefix);
    anythingLeft = true;
    level(level + 1).addChild(lowest, place, writer.generation);
    drain(level + 1);
  }

  /// Takes the page before what waits on `level` apart again and puts its cells in front.
  private void pullLeft(int level) {
    int above = level + 1;
    while (levels.get(above).count() == 0) {
      above++;
    }
    writer.flush();
    for (; above > level; above--) {
      var cells = levels.get(above);
      int last = cells.count() - 1;
      var lowest = cells.key(last);
      var page = writer.file().peek(cells.childPlace(last), cells.childGeneration(last), above - 1);
      dead.add(page.place, page.generation);
      cells.removeLast();
      var opened = new Cells(above == 1);
      for (int i = 0; i < page.count; i++) {
        opened.add(page, i);
      }
      if (above > 1) {
        opened = opened.withLow(lowest);
      }
      if (above - 1 == level) {
        opened.addAll(levels.get(level));
        if (level == 0) {
          low = lowest;
        }
      }
      levels.set(above - 1, opened);
    }
  }
}
