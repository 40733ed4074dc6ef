package io.concordkv.storage.engine.bplustree.memory;

import io.concordkv.base.Bytes;
import io.concordkv.storage.engine.memory.Walk;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A place in a tree whose pages no longer change.
final class TreeWalk implements Walk {
  private final Page root;
  private Inner[] path = new Inner[4];
  private int[] taken = new int[4];
  private int height;
  private @Nullable Leaf leaf;
  private int at;

  TreeWalk(Page root) {
    this.root = root;
  }

  @Override
  public boolean valid() {
    return leaf != null;
  }

  @Override
  public void toCeiling(Bytes key) {
    int found = find(key);
    at = found < 0 ? ~found : found;
    if (at == Objects.requireNonNull(leaf).size()) {
      toNextLeaf();
    }
  }

  @Override
  public void toLower(@Nullable Bytes key) {
    if (key == null) {
      height = 0;
      downRight(root);
      return;
    }
    int found = find(key);
    at = (found < 0 ? ~found : found) - 1;
    if (at < 0) {
      toPreviousLeaf();
    }
  }

  @Override
  public void next() {
    if (++at == Objects.requireNonNull(leaf).size()) {
      toNextLeaf();
    }
  }

  @Override
  public void previous() {
    if (--at < 0) {
      toPreviousLeaf();
    }
  }

  @Override
  public Bytes key() {
    return Objects.requireNonNull(leaf).key(at);
  }

  @Override
  public Bytes value() {
    return Objects.requireNonNull(leaf).value(at);
  }

  /// Goes to the leaf to which `key` belongs and returns what [Leaf#find] says there.
  private int find(Bytes key) {
    height = 0;
    var page = root;
    while (page instanceof Inner inner) {
      int child = inner.find(key);
      push(inner, child);
      page = inner.child(child);
    }
    var found = (Leaf) page;
    leaf = found;
    return found.find(key);
  }

  private void toNextLeaf() {
    while (height > 0) {
      var inner = path[--height];
      int child = taken[height] + 1;
      if (child < inner.size()) {
        push(inner, child);
        downLeft(inner.child(child));
        return;
      }
    }
    leaf = null;
  }

  private void toPreviousLeaf() {
    while (height > 0) {
      var inner = path[--height];
      int child = taken[height] - 1;
      if (child >= 0) {
        push(inner, child);
        downRight(inner.child(child));
        return;
      }
    }
    leaf = null;
  }

  private void downLeft(Page top) {
    var page = top;
    while (page instanceof Inner inner) {
      push(inner, 0);
      page = inner.child(0);
    }
    leaf = (Leaf) page;
    at = 0;
  }

  private void downRight(Page top) {
    var page = top;
    while (page instanceof Inner inner) {
      push(inner, inner.size() - 1);
      page = inner.child(inner.size() - 1);
    }
    var found = (Leaf) page;
    at = found.size() - 1;
    // Only the one leaf of an empty tree has no pair.
    leaf = at < 0 ? null : found;
  }

  private void push(Inner inner, int child) {
    if (height == path.length) {
      path = Arrays.copyOf(path, 2 * height);
      taken = Arrays.copyOf(taken, 2 * height);
    }
    path[height] = inner;
    taken[height++] = child;
  }
}
