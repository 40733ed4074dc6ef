package io.concordkv.storage.engine.redblack;

import io.concordkv.base.Bytes;
import io.concordkv.base.Check;
import io.concordkv.storage.engine.memory.PairHeap;
import org.jspecify.annotations.Nullable;

/// What must hold of a red-black tree.
final class TreeCheck {
  private final long[][] chunks;
  private final byte[][] segments;
  private long pairs;
  private @Nullable Bytes before;

  TreeCheck(long[][] chunks, byte[][] segments) {
    this.chunks = chunks;
    this.segments = segments;
  }

  void check(int root, long count) {
    blackHeight(Nodes.black(root));
    Check.that(pairs == count, "%d pairs are counted as %d", pairs, count);
  }

  /// How many black nodes each way down from here passes.
  private int blackHeight(int link) {
    int node = link >>> 1;
    if (node == Nodes.NONE) {
      Check.that(!Nodes.isRed(link), "what is not there is black");
      return 0;
    }
    int left = Nodes.link(chunks, node, Nodes.LEFT);
    int right = Nodes.link(chunks, node, Nodes.RIGHT);
    Check.that(
        !Nodes.isRed(link) || (!Nodes.isRed(left) && !Nodes.isRed(right)),
        "no red node has a red child");
    int leftHeight = blackHeight(left);
    var key = PairHeap.key(segments, Nodes.reference(chunks, node));
    Check.that(before == null || before.compareTo(key) < 0, "the keys ascend");
    Check.that(Nodes.isSound(chunks, segments, node), "a node has bytes of its key");
    before = key;
    pairs++;
    int rightHeight = blackHeight(right);
    Check.that(leftHeight == rightHeight, "black heights %d and %d", leftHeight, rightHeight);
    return leftHeight + (Nodes.isRed(link) ? 0 : 1);
  }
}
