package io.concordkv.storage.engine.redblack;

import static io.concordkv.storage.engine.redblack.Nodes.LEFT;
import static io.concordkv.storage.engine.redblack.Nodes.NONE;
import static io.concordkv.storage.engine.redblack.Nodes.RIGHT;

import io.concordkv.base.Bytes;
import io.concordkv.storage.engine.memory.PairHeap;
import io.concordkv.storage.engine.memory.Walk;
import org.jspecify.annotations.Nullable;

/// A place in a tree whose nodes no longer change, as the way down to it.
final class NodeWalk implements Walk {
  private final int root;
  private final long[][] chunks;
  private final byte[][] segments;
  private final int[] path = new int[64];
  private int depth;

  /// Something of the nodes to which the walk will soon come.
  @SuppressWarnings("unused") // it is read for the cache only
  private long ahead;

  NodeWalk(int root, long[][] chunks, byte[][] segments) {
    this.root = root;
    this.chunks = chunks;
    this.segments = segments;
  }

  @Override
  public boolean valid() {
    return depth > 0;
  }

  @Override
  public void toCeiling(Bytes key) {
    var seek = new Seek(key);
    int ceiling = 0;
    depth = 0;
    for (int node = root; node != NONE; ) {
      path[depth++] = node;
      int order = seek.compare(chunks, segments, node);
      if (order <= 0) {
        ceiling = depth;
      }
      if (order == 0) {
        break;
      }
      node = Nodes.child(chunks, node, order < 0 ? LEFT : RIGHT);
    }
    depth = ceiling;
  }

  @Override
  public void toLower(@Nullable Bytes key) {
    depth = 0;
    if (key == null) {
      down(root, RIGHT);
      return;
    }
    var seek = new Seek(key);
    int lower = 0;
    for (int node = root; node != NONE; ) {
      path[depth++] = node;
      boolean above = seek.compare(chunks, segments, node) > 0;
      if (above) {
        lower = depth;
      }
      node = Nodes.child(chunks, node, above ? RIGHT : LEFT);
    }
    depth = lower;
  }

  @Override
  public void next() {
    step(RIGHT);
  }

  @Override
  public void previous() {
    step(LEFT);
  }

  @Override
  public Bytes key() {
    return PairHeap.key(segments, Nodes.reference(chunks, path[depth - 1]));
  }

  @Override
  public Bytes value() {
    return PairHeap.value(segments, Nodes.reference(chunks, path[depth - 1]));
  }

  /// Goes to the neighbour on `side`: the nearest node below, or else the first above that lies
  /// there.
  private void step(int side) {
    int below = Nodes.child(chunks, path[depth - 1], side);
    if (below != NONE) {
      down(below, 1 - side);
      return;
    }
    int from;
    do {
      from = path[--depth];
    } while (depth > 0 && Nodes.child(chunks, path[depth - 1], side) == from);
  }

  /// Goes down on one side. What lies on the other side of each node comes later: it is read now,
  /// so that the cache misses of all of them are waited for together.
  private void down(int top, int side) {
    for (int node = top; node != NONE; node = Nodes.child(chunks, node, side)) {
      path[depth++] = node;
      ahead = Nodes.word(chunks, Nodes.child(chunks, node, 1 - side));
    }
  }
}
