package io.concordkv.storage.engine.bplustree.memory;

import io.concordkv.base.Bytes;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.memory.Content;
import io.concordkv.storage.engine.memory.Moment;
import io.concordkv.storage.engine.memory.Moments;
import io.concordkv.storage.engine.memory.Walk;
import org.jspecify.annotations.Nullable;

/// Pairs in a B+Tree. A page has at most as many pairs or children as the order says, and at least
/// half of that, but for the pages at the right edge: keys that ascend fill one page after the
/// other.
///
/// A moment keeps the root. A write then copies the pages on its way, each once for a moment; a
/// page of pairs is copied without the pairs themselves.
final class Tree implements Content {
  private static final int MAX_HEIGHT = 64;

  private final Moments moments;
  private final int order;
  private final int least;
  private Page root;
  private Leaf last;
  private long count;
  private long bytes;

  /// The way to the leaf that was last looked for, and which child was taken on it.
  private final Inner[] path = new Inner[MAX_HEIGHT];

  private final int[] taken = new int[MAX_HEIGHT];
  private int height;

  Tree(Moments moments, int order) {
    this.moments = moments;
    this.order = order;
    this.least = (order + 1) / 2;
    last = new Leaf(moments.now());
    root = last;
    bytes = last.bytes();
  }

  @Override
  public @Nullable Bytes get(Bytes key) {
    return get(root, key);
  }

  static @Nullable Bytes get(Page root, Bytes key) {
    var page = root;
    while (page instanceof Inner inner) {
      page = inner.child(inner.find(key));
    }
    var leaf = (Leaf) page;
    int at = leaf.find(key);
    return at < 0 ? null : leaf.value(at);
  }

  @Override
  public void put(Bytes key, Bytes value) {
    if (last.size() < order && last.born > moments.newest() && last.isBelow(key)) {
      bytes -= last.bytes();
      last.insert(last.size(), key, value);
      bytes += last.bytes();
      count++;
      return;
    }
    var leaf = descend(key);
    int at = leaf.find(key);
    bytes -= leaf.bytes();
    if (at >= 0) {
      leaf.replace(at, key, value);
      bytes += leaf.bytes();
      return;
    }
    leaf.insert(~at, key, value);
    bytes += leaf.bytes();
    count++;
    if (leaf.size() > order) {
      split(leaf, ~at == order);
    }
  }

  @Override
  public void delete(Bytes key) {
    if (moments.newest() > 0 && get(key) == null) {
      return;
    }
    var leaf = descend(key);
    int at = leaf.find(key);
    if (at < 0) {
      return;
    }
    bytes -= leaf.bytes();
    leaf.remove(at);
    bytes += leaf.bytes();
    count--;
    if (leaf.size() < least && height > 0) {
      refill(leaf);
    }
  }

  @Override
  public Frozen freeze(Moment moment) {
    var frozen = root;
    return new Frozen() {
      @Override
      public @Nullable Bytes get(Bytes key) {
        return Tree.get(frozen, key);
      }

      @Override
      public Walk walk(KeyRange range) {
        return new TreeWalk(frozen);
      }
    };
  }

  @Override
  public void reclaim() {
    reclaim(root);
  }

  @Override
  public long count() {
    return count;
  }

  @Override
  public long bytes() {
    return bytes;
  }

  @Override
  public void validate() {
    new TreeCheck(order, least).check(root, last, count, bytes);
  }

  private void reclaim(Page page) {
    switch (page) {
      case Inner inner -> {
        for (int i = 0; i < inner.size(); i++) {
          reclaim(inner.child(i));
        }
      }
      case Leaf leaf -> {
        if (leaf.born > moments.newest()) {
          bytes -= leaf.bytes();
          leaf.reclaim();
          bytes += leaf.bytes();
        }
      }
    }
  }

  /// The leaf to which `key` belongs; it and all pages on the way to it may be changed.
  private Leaf descend(Bytes key) {
    root = writable(root);
    height = 0;
    var page = root;
    while (page instanceof Inner inner) {
      int at = inner.find(key);
      path[height] = inner;
      taken[height++] = at;
      page = inner.child(at);
      if (page.born <= moments.newest()) {
        page = writable(page);
        inner.setChild(at, page);
      }
    }
    return (Leaf) page;
  }

  private Page writable(Page page) {
    if (page.born > moments.newest()) {
      return page;
    }
    var copy = page.copy(moments.now());
    last = page == last ? (Leaf) copy : last;
    return copy;
  }

  /// Splits a leaf with one pair too many. At the right edge, where the new pair is the last one,
  /// only that goes to the new page.
  private void split(Leaf leaf, boolean appended) {
    boolean atEdge = appended && leaf == last;
    int cut = atEdge ? order : leaf.size() - least;
    bytes -= leaf.bytes();
    var right = leaf.part(cut, leaf.size(), !atEdge, moments.now());
    if (atEdge) {
      right.growLike(leaf);
    }
    leaf.keep(0, cut, !atEdge);
    bytes += leaf.bytes() + right.bytes();
    last = leaf == last ? right : last;
    raise(Leaf.separator(leaf.key(cut - 1), right.key(0)), right, leaf);
  }

  /// Gives the parent of the page at `height` a new child beside it, and splits whatever gets too
  /// large by that.
  private void raise(Bytes firstSeparator, Page firstRight, Page firstLeft) {
    var separator = firstSeparator;
    var right = firstRight;
    var left = firstLeft;
    boolean edge = right == last;
    while (height > 0) {
      var parent = path[--height];
      edge = edge && taken[height] == parent.size() - 1;
      parent.insert(taken[height] + 1, separator, right);
      if (parent.size() <= order) {
        return;
      }
      int cut = edge ? order - 1 : parent.size() - least;
      var half = new Inner(moments.now(), order);
      half.take(parent, cut, parent.size());
      parent.cut(cut);
      bytes += half.bytes();
      separator = half.separator(0);
      right = half;
      left = parent;
    }
    var above = new Inner(moments.now(), order);
    above.insert(0, Bytes.EMPTY, left);
    above.insert(1, separator, right);
    bytes += above.bytes();
    root = above;
  }

  /// Brings a leaf with too few pairs, at the end of the path, together with one beside it.
  private void refill(Leaf leaf) {
    var parent = path[height - 1];
    int at = taken[height - 1];
    int leftAt = at > 0 ? at - 1 : at;
    var left = (Leaf) beside(parent, leftAt, at, leaf);
    var right = (Leaf) beside(parent, leftAt + 1, at, leaf);
    bytes -= left.bytes() + right.bytes();
    int total = left.size() + right.size();
    if (total <= order) {
      left.take(right, 0, right.size());
      bytes += left.bytes();
      last = right == last ? left : last;
      parent.remove(leftAt + 1);
      shrink();
    } else {
      int half = total / 2;
      if (left.size() < half) {
        int moved = half - left.size();
        left.take(right, 0, moved);
        right.keep(moved, right.size(), false);
      } else {
        var joined = left.part(half, left.size(), false, moments.now());
        joined.take(right, 0, right.size());
        left.keep(0, half, false);
        last = right == last ? joined : last;
        right = joined;
        parent.setChild(leftAt + 1, right);
      }
      bytes += left.bytes() + right.bytes();
      parent.setSeparator(leftAt + 1, Leaf.separator(left.key(left.size() - 1), right.key(0)));
    }
  }

  /// The child of `parent` at `at`, which may be changed; it is `known` at `knownAt`.
  private Page beside(Inner parent, int at, int knownAt, Page known) {
    if (at == knownAt) {
      return known;
    }
    var page = writable(parent.child(at));
    parent.setChild(at, page);
    return page;
  }

  /// Does for the inner pages of the path what [#refill] does for a leaf.
  private void shrink() {
    while (height > 1 && path[height - 1].size() < least) {
      var page = path[--height];
      var parent = path[height - 1];
      int at = taken[height - 1];
      int leftAt = at > 0 ? at - 1 : at;
      var left = (Inner) beside(parent, leftAt, at, page);
      var right = (Inner) beside(parent, leftAt + 1, at, page);
      right.setSeparator(0, parent.separator(leftAt + 1));
      int total = left.size() + right.size();
      if (total <= order) {
        left.take(right, 0, right.size());
        parent.remove(leftAt + 1);
        bytes -= right.bytes();
        continue;
      }
      int half = total / 2;
      var even = new Inner(moments.now(), order);
      if (left.size() < half) {
        int moved = half - left.size();
        left.take(right, 0, moved);
        even.take(right, moved, right.size());
      } else {
        even.take(left, half, left.size());
        even.take(right, 0, right.size());
        left.cut(half);
      }
      parent.setChild(leftAt + 1, even);
      parent.setSeparator(leftAt + 1, even.separator(0));
      return;
    }
    if (root instanceof Inner top && top.size() == 1) {
      bytes -= top.bytes();
      root = top.child(0);
    }
  }
}
