package io.concordkv.storage.engine.bplustree;

import io.concordkv.base.Bytes;
import io.concordkv.storage.engine.lsm.table.Run;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A walk over the pairs of a tree.
///
/// Leaves do not name their neighbours: a leaf that is written anew gets another place, and so
/// would have every leaf before it. The walk keeps the way from the root instead, so that the next
/// leaf, in either direction, is the next child of a page that is already at hand.
final class TreeRun implements Run {
  private final Tree tree;

  /// The way to the leaf: pages above it, the root first, and which child of each it goes through.
  private Page[] way = new Page[0];

  private int[] child = new int[0];
  private @Nullable Page leaf;
  private int index;

  TreeRun(Tree tree) {
    this.tree = tree;
  }

  @Override
  public boolean valid() {
    return leaf != null;
  }

  @Override
  public void toCeiling(Bytes key) {
    if (leaf != null && index < leaf.count) {
      // A seek within the leaf it stands on, or not far behind it.
      int near = leaf.find(key);
      int at = near >= 0 ? near : -near - 1;
      if (at > 0 && at < leaf.count) {
        index = at;
        return;
      }
    }
    if (!descend(key, false)) {
      return;
    }
    int found = leaf().find(key);
    index = found >= 0 ? found : -found - 1;
    if (index == leaf().count) {
      nextLeaf();
    }
  }

  @Override
  public void toLower(@Nullable Bytes key) {
    if (!descend(key == null ? Bytes.EMPTY : key, key == null)) {
      return;
    }
    if (key == null) {
      index = leaf().count - 1;
    } else {
      int found = leaf().find(key);
      index = (found >= 0 ? found : -found - 1) - 1;
    }
    if (index < 0) {
      previousLeaf();
    }
  }

  @Override
  public void next() {
    if (++index == leaf().count) {
      nextLeaf();
    }
  }

  @Override
  public void previous() {
    if (--index < 0) {
      previousLeaf();
    }
  }

  @Override
  public Bytes key() {
    return leaf().key(index);
  }

  @Override
  public Bytes value() {
    return tree.file.value(leaf(), index, false);
  }

  @Override
  public boolean deletes() {
    return false;
  }

  /// Goes to the leaf in which `key` belongs, or to the last one; false if the tree is empty.
  private boolean descend(Bytes key, boolean last) {
    if (tree.isEmpty()) {
      leaf = null;
      return false;
    }
    var page = tree.root(true);
    if (way.length != page.level) {
      way = new Page[page.level];
      child = new int[page.level];
    }
    for (int depth = 0; !page.isLeaf(); depth++) {
      way[depth] = page;
      child[depth] = last ? page.count - 1 : page.childFor(key);
      page = child(page, child[depth]);
    }
    leaf = page;
    return true;
  }

  private void nextLeaf() {
    int depth = way.length - 1;
    while (depth >= 0 && child[depth] + 1 == way[depth].count) {
      depth--;
    }
    if (depth < 0) {
      leaf = null;
      return;
    }
    child[depth]++;
    var page = child(way[depth], child[depth]);
    while (!page.isLeaf()) {
      depth++;
      way[depth] = page;
      child[depth] = 0;
      page = child(page, 0);
    }
    leaf = page;
    index = 0;
  }

  private void previousLeaf() {
    int depth = way.length - 1;
    while (depth >= 0 && child[depth] == 0) {
      depth--;
    }
    if (depth < 0) {
      leaf = null;
      return;
    }
    child[depth]--;
    var page = child(way[depth], child[depth]);
    while (!page.isLeaf()) {
      depth++;
      way[depth] = page;
      child[depth] = page.count - 1;
      page = child(page, child[depth]);
    }
    leaf = page;
    index = page.count - 1;
  }

  private Page child(Page page, int nth) {
    return tree.file.page(
        page.childPlace(nth), page.childGeneration(nth), page.level - 1, page.level > 1);
  }

  private Page leaf() {
    return Objects.requireNonNull(leaf);
  }
}
