package io.concordkv.storage.engine.bplustree.memory;

import io.concordkv.base.Bytes;
import io.concordkv.base.Check;
import org.jspecify.annotations.Nullable;

/// What must hold of a tree.
final class TreeCheck {
  private final int order;
  private final int least;
  private int depth = -1;
  private long pairs;
  private long bytes;
  private @Nullable Leaf rightmost;

  TreeCheck(int order, int least) {
    this.order = order;
    this.least = least;
  }

  void check(Page root, Leaf last, long count, long size) {
    check(root, 0, null, null, true, true);
    Check.that(rightmost == last, "the last leaf is known");
    Check.that(pairs == count, "%d pairs are counted as %d", pairs, count);
    Check.that(bytes == size, "%d bytes are counted as %d", bytes, size);
  }

  private void check(
      Page page,
      int level,
      @Nullable Bytes from,
      @Nullable Bytes to,
      boolean atRightEdge,
      boolean isRoot) {
    Check.that(page.size() <= order, "a page of %d has the order %d", page.size(), order);
    switch (page) {
      case Inner inner -> {
        int fewest = atRightEdge ? 2 : least;
        Check.that(inner.size() >= fewest, "%d children are fewer than %d", inner.size(), fewest);
        bytes += inner.bytes();
        for (int i = 0; i < inner.size(); i++) {
          boolean end = i == inner.size() - 1;
          var low = i == 0 ? from : inner.separator(i);
          var high = end ? to : inner.separator(i + 1);
          check(inner.child(i), level + 1, low, high, atRightEdge && end, false);
        }
      }
      case Leaf leaf -> {
        int fewest = isRoot ? 0 : atRightEdge ? 1 : least;
        Check.that(leaf.size() >= fewest, "%d pairs are fewer than %d", leaf.size(), fewest);
        Check.that(depth < 0 || depth == level, "leaves at levels %d and %d", depth, level);
        depth = level;
        check(leaf, from, to);
      }
    }
  }

  private void check(Leaf leaf, @Nullable Bytes from, @Nullable Bytes to) {
    Bytes before = null;
    for (int i = 0; i < leaf.size(); i++) {
      var key = leaf.key(i);
      Check.that(leaf.isSound(i), "a pair is where its leaf says, with the prefix of its key");
      Check.that(before == null || before.compareTo(key) < 0, "the keys of a leaf ascend");
      Check.that(from == null || from.compareTo(key) <= 0, "no key is below its separator");
      Check.that(to == null || key.compareTo(to) < 0, "every key is below the next separator");
      before = key;
    }
    pairs += leaf.size();
    bytes += leaf.bytes();
    rightmost = leaf;
  }
}
