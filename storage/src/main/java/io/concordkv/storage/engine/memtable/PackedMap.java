package io.concordkv.storage.engine.memtable;

import io.concordkv.base.Bytes;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/// A B+Tree (Comer, "The Ubiquitous B-Tree", 1979) with packed leaves over an [Arena]. Nothing is
/// ever removed, so it needs no more than splits.
///
/// Why readers need no lock: whoever reads at a sequence number was told of it after all up to it
/// was written, so he finds no page older than that. A page that is split or widened is not changed
/// any more but replaced by others, which are whole before they are published with release. So each
/// page that a reader meets, replaced meanwhile or not, has all versions up to his number of the
/// keys for which it stands; versions above it he passes over. A split replaces one child of a page
/// that stays, or the root, and that is a single write: a reader goes by the one way or by the
/// other, and both lead to what he seeks. No page links to its neighbour; a walk goes down anew for
/// each leaf, by the separator.
final class PackedMap implements VersionedMap {
  private static final int MAX_HEIGHT = 16;
  private static final VarHandle ROOT;

  static {
    try {
      ROOT = MethodHandles.lookup().findVarHandle(PackedMap.class, "root", Object.class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  final Arena arena = new Arena();

  /// A [PackedLeaf] or a [PackedInner].
  private Object root;

  private final PackedInner[] path = new PackedInner[MAX_HEIGHT];
  private final int[] taken = new int[MAX_HEIGHT];

  /// The leaf that was last written and the separator behind it, null if there is none.
  private @Nullable PackedLeaf last;

  private @Nullable Bytes lastEnd;
  private boolean appends;
  private long keys;
  private long live;
  private long pageBytes;

  PackedMap() {
    var leaf = PackedLeaf.empty(arena);
    root = leaf;
    pageBytes = leaf.bytes();
  }

  @Override
  public void put(Bytes key, @Nullable Bytes value, long sequence) {
    var leaf = leafToWrite(key);
    byte[] order = leaf.order();
    int count = PackedLeaf.count(order);
    int place = appends ? ~count : leaf.find(order, count, key);
    if (place >= 0) {
      int newest = leaf.newest(order, place);
      live += (value == null ? 0 : 1) - (arena.isDeleted(newest) ? 0 : 1);
      int older = arena.sequence(newest) == sequence ? arena.older(newest) : newest;
      leaf.setNewest(place, arena.add(key, value, sequence, older));
      return;
    }
    keys++;
    live += value == null ? 0 : 1;
    int version = arena.add(key, value, sequence, Arena.NONE);
    if (leaf.takes(key)) {
      leaf.insert(~place, key, version);
    } else {
      insertAnew(leaf, count, ~place, key, version);
    }
  }

  @Override
  public @Nullable Version find(Bytes key, long sequence) {
    var leaf = leafFor(key);
    byte[] order = leaf.order();
    int place = leaf.find(order, PackedLeaf.count(order), key);
    if (place < 0) {
      return null;
    }
    int version = arena.visible(leaf.newest(order, place), sequence);
    return version == Arena.NONE
        ? null
        : new Version(arena.sequence(version), arena.value(version));
  }

  @Override
  public VersionedRun walk(long sequence) {
    return new PackedWalk(this, sequence);
  }

  @Override
  public long keys() {
    return keys;
  }

  @Override
  public long live() {
    return live;
  }

  @Override
  public long bytes() {
    return arena.bytes() + pageBytes;
  }

  /// The topmost page as it is now.
  Object root() {
    return ROOT.getAcquire(this);
  }

  private PackedLeaf leafFor(Bytes key) {
    var page = root();
    while (page instanceof PackedInner inner) {
      page = inner.child(inner.find(key));
    }
    return (PackedLeaf) page;
  }

  /// The leaf of `key`; sets whether the key lies behind all that are in it. Looks at the leaf that
  /// was last written first: most keys of a table that grows at its end belong there.
  private PackedLeaf leafToWrite(Bytes key) {
    var end = lastEnd;
    if (last != null && last.isBelow(key) && (end == null || key.compareTo(end) < 0)) {
      appends = true;
      return last;
    }
    appends = false;
    lastEnd = null;
    var page = root;
    while (page instanceof PackedInner inner) {
      int child = inner.find(key);
      if (child + 1 < inner.size()) {
        lastEnd = inner.separator(child + 1);
      }
      page = inner.child(child);
    }
    last = (PackedLeaf) page;
    return last;
  }

  /// Puts another leaf, or two, in the place of one that does not take `key` as it is.
  private void insertAnew(PackedLeaf leaf, int count, int place, Bytes key, int version) {
    if (!leaf.isFull()) {
      var wider = leaf.widened(key);
      wider.insert(place, key, version);
      replace(key, leaf.bytes(), wider, null);
      last = wider;
    } else if (place == count) {
      // Keys that ascend fill one leaf after the other.
      var behind = leaf.behind(key, version);
      replace(key, leaf.bytes(), leaf, behind);
      last = behind;
    } else {
      int half = count / 2;
      var left = leaf.part(0, half);
      var right = leaf.part(half, count);
      if (place <= half) {
        left = put(left, place, key, version);
      } else {
        right = put(right, place - half, key, version);
      }
      replace(key, leaf.bytes(), left, right);
      last = null;
    }
  }

  private static PackedLeaf put(PackedLeaf part, int place, Bytes key, int version) {
    var leaf = part.takes(key) ? part : part.widened(key);
    leaf.insert(place, key, version);
    return leaf;
  }

  /// Puts `leaf`, and `behind` behind it, in the place of the leaf of `key`, and splits whatever
  /// gets too large by that.
  private void replace(Bytes key, long before, PackedLeaf leaf, @Nullable PackedLeaf behind) {
    int height = 0;
    for (var page = root; page instanceof PackedInner inner; height++) {
      path[height] = inner;
      taken[height] = inner.find(key);
      page = inner.child(taken[height]);
    }
    pageBytes += leaf.bytes() - before + (behind == null ? 0 : behind.bytes());
    Object left = leaf;
    Object right = behind;
    var separator = behind == null ? Bytes.EMPTY : leaf.separator(behind);
    while (right != null && height > 0) {
      height--;
      var parent = path[height];
      int at = taken[height];
      var grown = parent.with(at, left, separator, right);
      int size = grown.size();
      if (size <= PackedInner.MAX_CHILDREN) {
        left = grown;
        right = null;
        pageBytes += grown.bytes() - parent.bytes();
      } else {
        int cut = at == size - 2 ? size - 1 : size / 2;
        var front = grown.part(0, cut);
        var back = grown.part(cut, size);
        separator = grown.separator(cut);
        left = front;
        right = back;
        pageBytes += front.bytes() + back.bytes() - parent.bytes();
      }
    }
    if (right != null) {
      var top = PackedInner.of(left, separator, right);
      pageBytes += top.bytes();
      left = top;
    }
    if (height == 0) {
      ROOT.setRelease(this, left);
    } else {
      path[height - 1].setChild(taken[height - 1], left);
    }
  }
}
