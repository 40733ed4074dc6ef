package io.concordkv.mvcc;

import io.concordkv.base.Bytes;
import org.jspecify.annotations.Nullable;

/// Walks over the live keys of a span, in order. It starts before the first one.
final class LiveCursor {
  private static final int MAX_DEPTH = 16;

  private final LiveBranch[] path = new LiveBranch[MAX_DEPTH];
  private final int[] slots = new int[MAX_DEPTH];
  private final @Nullable Bytes upper;
  private int depth;
  private LiveLeaf leaf;
  private int slot;
  private boolean ended;

  LiveCursor(LivePage root, Span span) {
    upper = span.upper();
    ended = span.isEmpty();
    var page = root;
    while (page instanceof LiveBranch branch) {
      path[depth] = branch;
      slots[depth] = branch.slot(span.key());
      page = branch.child(slots[depth]);
      depth++;
    }
    leaf = (LiveLeaf) page;
    int found = leaf.find(span.key());
    slot = (found < 0 ? -1 - found : found) - 1;
  }

  boolean next() {
    if (ended) {
      return false;
    }
    slot++;
    if ((slot == leaf.size && !nextLeaf())
        || (upper != null && LivePage.compare(leaf.key(slot), upper) >= 0)) {
      ended = true;
      return false;
    }
    return true;
  }

  LiveEntry entry() {
    return leaf.entry(slot);
  }

  private boolean nextLeaf() {
    int level = depth - 1;
    while (level >= 0 && slots[level] + 1 == path[level].size) {
      level--;
    }
    if (level < 0) {
      return false;
    }
    slots[level]++;
    var page = path[level].child(slots[level]);
    for (level++; level < depth; level++) {
      path[level] = (LiveBranch) page;
      slots[level] = 0;
      page = path[level].child(0);
    }
    leaf = (LiveLeaf) page;
    slot = 0;
    return true;
  }
}
