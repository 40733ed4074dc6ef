package io.concordkv.storage.engine.bplustree;

import io.concordkv.base.Bytes;
import io.concordkv.base.Check;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/// Checks that a tree is one: the order of its keys, the depth of its leaves, how full its pages
/// are, its counts, and that no two pages share a unit.
final class TreeCheck {
  private final Tree tree;
  private final @Nullable BPlusTreeOptions options;
  private final BitSet units = new BitSet();
  private @Nullable Bytes last;
  private long count;
  private long pairBytes;

  private TreeCheck(Tree tree, @Nullable BPlusTreeOptions options) {
    this.tree = tree;
    this.options = options;
  }

  /// Returns how many units its pages take.
  ///
  /// @param options null if it is not known how full pages are to be
  static int check(Tree tree, @Nullable BPlusTreeOptions options) {
    var check = new TreeCheck(tree, options);
    var head = tree.head;
    check.take(head.space());
    if (!tree.isEmpty()) {
      var root = tree.file.read(head.root(), head.rootGeneration(), PageFormat.ON_ANY_LEVEL);
      check.walk(root, Bytes.EMPTY, null, true);
    }
    Check.that(
        check.count == head.count(),
        "a tree has the %d pairs that its head says, not %d",
        head.count(),
        check.count);
    Check.that(check.pairBytes == head.pairBytes(), "a tree has the bytes that its head says");
    return check.units.cardinality();
  }

  private void walk(Page page, Bytes low, @Nullable Bytes end, boolean root) {
    take(page.place);
    Check.that(page.count >= (page.isLeaf() ? 1 : 2), "a page has enough cells");
    boolean filled = root || options == null || page.data.length >= least(page, options);
    Check.that(filled, "page %d is not meagre: it has %d bytes", page.place, page.data.length);
    for (int i = 0; i < page.count; i++) {
      if (page.isLeaf()) {
        pair(page, i, low, end);
      } else {
        var from = i == 0 ? low : page.key(i);
        var to = i + 1 == page.count ? end : page.key(i + 1);
        boolean ascend = to == null || from.compareTo(to) < 0;
        Check.that(ascend && from.compareTo(low) >= 0, "the keys of a branch ascend");
        var child = tree.file.read(page.childPlace(i), page.childGeneration(i), page.level - 1);
        walk(child, from, to, false);
      }
    }
  }

  private void pair(Page leaf, int index, Bytes low, @Nullable Bytes end) {
    var key = leaf.key(index);
    boolean inside = key.compareTo(low) >= 0 && (end == null || key.compareTo(end) < 0);
    Check.that(inside, "a key lies where its parents say");
    Check.that(last == null || last.compareTo(key) < 0, "the keys of a tree ascend");
    Check.that(leaf.find(key) == index, "a key is found where it is");
    last = key;
    count++;
    pairBytes += key.length() + leaf.valueLength(index);
    if (leaf.isLarge(index)) {
      take(leaf.largePlace(index));
      var large =
          tree.file.read(
              leaf.largePlace(index), leaf.largeGeneration(index), PageFormat.OF_A_VALUE);
      Check.that(
          large.content().length() == leaf.valueLength(index),
          "a large value is what its leaf says");
    }
  }

  /// Where pairs are of very different sizes a page may be nearly empty beside a large one.
  private int least(Page page, BPlusTreeOptions options) {
    int capacity = (page.isLeaf() ? 1 : options.branchUnits()) * tree.file.unitBytes;
    int largest = 0;
    for (int i = 0; i < page.count; i++) {
      largest = Math.max(largest, page.keyLength(i));
      largest = Math.max(largest, page.isLeaf() ? page.valueLength(i) : 0);
    }
    return largest > capacity / 16 ? 0 : capacity / 8;
  }

  private void take(long place) {
    if (place == PageFormat.NOWHERE) {
      return;
    }
    Check.that(tree.file.space.contains(place), "what a page takes is taken");
    int unit = (int) PageFormat.unit(place);
    int next = units.nextSetBit(unit);
    boolean alone = next < 0 || next >= unit + PageFormat.units(place);
    Check.that(alone, "no unit belongs to two pages");
    units.set(unit, unit + PageFormat.units(place));
  }
}
