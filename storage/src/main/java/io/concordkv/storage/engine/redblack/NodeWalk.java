package io.concordkv.storage.engine.redblack;

import static io.concordkv.storage.engine.redblack.Nodes.LEFT;
import static io.concordkv.storage.engine.redblack.Nodes.NONE;
import static io.concordkv.storage.engine.redblack.Nodes.RIGHT;

import io.concordkv.base.Bytes;
import io.concordkv.storage.engine.memory.KeyPrefix;
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
    long prefix = KeyPrefix.of(key);
    int ceiling = 0;
    depth = 0;
    for (int node = root; node != NONE; ) {
      path[depth++] = node;
      int order = Nodes.compare(chunks, segments, node, prefix, key);
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
    long prefix = KeyPrefix.of(key);
    int lower = 0;
    for (int node = root; node != NONE; ) {
      path[depth++] = node;
      boolean above = Nodes.compare(chunks, segments, node, prefix, key) > 0;
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
    return PairHeap.key(segments, Nodes.pair(chunks, path[depth - 1]));
  }

  @Override
  public Bytes value() {
    return PairHeap.value(segments, Nodes.pair(chunks, path[depth - 1]));
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

  private void down(int top, int side) {
    for (int node = top; node != NONE; node = Nodes.child(chunks, node, side)) {
      path[depth++] = node;
    }
  }
}
