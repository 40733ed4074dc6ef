package io.concordkv.storage.engine.redblack;

import io.concordkv.base.Bytes;
import io.concordkv.storage.engine.memory.KeyPrefix;
import io.concordkv.storage.engine.memory.PairHeap;

/// What a search for a key learns on its way down.
///
/// All keys below a node lie between the nearest ones above and below that were passed, so they
/// begin with what the key has in common with both. A node whose word begins within that is
/// compared by its word. Else its pair is read, which is a cache miss more, but mostly near the
/// root, where nothing is known yet. The word of a node thus needs to be right, and not to fit
/// where the node happens to be in the tree.
final class Seek {
  /// The word of a new node begins so many bytes before those that tell it from its neighbours.
  /// Rotations take it up, to where less is known to be in common; so it fits there, too.
  private static final int SLACK = 5;

  private final Bytes key;

  /// How many bytes the key has in common with the nearest key below it that was passed.
  private int below;

  private int above;
  private boolean passedAbove;

  Seek(Bytes key) {
    this.key = key;
  }

  /// How the key compares with that of `node`, to which the search has come.
  int compare(long[][] chunks, byte[][] segments, int node) {
    int skipped = Nodes.skipped(chunks, node);
    if (skipped <= Math.min(below, above)) {
      long mine = KeyPrefix.of(key, skipped);
      long other = Nodes.word(chunks, node);
      if (mine != other) {
        int common = skipped + Long.numberOfLeadingZeros(mine ^ other) / Byte.SIZE;
        return pass(mine < other ? -1 : 1, common);
      }
    }
    return compare(PairHeap.key(segments, Nodes.reference(chunks, node)));
  }

  /// How the key compares with another one of the tree.
  int compare(Bytes other) {
    int order = key.compareTo(other);
    return order == 0 ? 0 : pass(order, KeyPrefix.common(key, other));
  }

  private int pass(int order, int common) {
    if (order < 0) {
      above = common;
      passedAbove = true;
    } else {
      below = common;
    }
    return order;
  }

  /// Whether no key above it was passed.
  boolean isAboveAll() {
    return !passedAbove;
  }

  /// How many bytes the word of a node for this key, where the search has ended, best skips.
  int skipped() {
    return Math.max(0, Math.max(below, above) - SLACK);
  }
}
