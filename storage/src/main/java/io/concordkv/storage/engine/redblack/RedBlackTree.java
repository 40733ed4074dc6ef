package io.concordkv.storage.engine.redblack;

import static io.concordkv.storage.engine.redblack.Nodes.LEFT;
import static io.concordkv.storage.engine.redblack.Nodes.NONE;
import static io.concordkv.storage.engine.redblack.Nodes.RIGHT;
import static io.concordkv.storage.engine.redblack.Nodes.black;
import static io.concordkv.storage.engine.redblack.Nodes.isRed;
import static io.concordkv.storage.engine.redblack.Nodes.red;

import io.concordkv.base.Bytes;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.memory.Content;
import io.concordkv.storage.engine.memory.Moment;
import io.concordkv.storage.engine.memory.Moments;
import io.concordkv.storage.engine.memory.PairHeap;
import io.concordkv.storage.engine.memory.Walk;
import org.jspecify.annotations.Nullable;

/// Pairs in a red-black tree. No red node has a red child, and all ways down pass as many black
/// nodes. Repaired from below, as in Cormen et al., "Introduction to Algorithms", chapter 13, along
/// the way that the search took instead of links to parents.
///
/// A moment keeps the root. A write then copies the nodes on its way, each once for a moment.
final class RedBlackTree implements Content {
  /// A way down is at most twice as long as the logarithm of the number of nodes.
  private static final int MAX_HEIGHT = 64;

  private final Moments moments;
  private Nodes nodes;
  private final PairHeap heap;
  private int root = NONE;
  private long count;

  /// The last key, so that one behind it need not be sought; null if it is not known.
  private @Nullable Bytes largest;

  /// How deep the node of the last key is, if `path` leads there; else -1.
  private int end = -1;

  /// What [Moments#now()] was then. If it still is, the nodes on the path may be changed.
  private long endNow;

  /// The nodes on the way down, and which child was taken at each.
  private final int[] path = new int[MAX_HEIGHT];

  private final int[] side = new int[MAX_HEIGHT];

  RedBlackTree(Moments moments) {
    this.moments = moments;
    nodes = new Nodes(moments);
    heap = new PairHeap(moments);
  }

  @Override
  public @Nullable Bytes get(Bytes key) {
    return get(root, nodes.chunks(), heap.segments(), key);
  }

  static @Nullable Bytes get(int root, long[][] chunks, byte[][] segments, Bytes key) {
    int node = find(root, chunks, segments, key);
    return node == NONE ? null : PairHeap.value(segments, Nodes.reference(chunks, node));
  }

  private static int find(int root, long[][] chunks, byte[][] segments, Bytes key) {
    var seek = new Seek(key);
    int node = root;
    while (node != NONE) {
      int order = seek.compare(chunks, segments, node);
      if (order == 0) {
        return node;
      }
      node = Nodes.child(chunks, node, order < 0 ? LEFT : RIGHT);
    }
    return NONE;
  }

  @Override
  public void put(Bytes key, Bytes value) {
    var seek = new Seek(key);
    boolean behindAll = largest != null && seek.compare(largest) > 0;
    int depth =
        behindAll && end >= 0 && endNow == moments.now() ? end + 1 : descend(seek, behindAll);
    int node = path[depth];
    if (node != NONE) {
      long old = Nodes.reference(nodes.chunks(), node);
      nodes.setReference(node, heap.add(key, value));
      heap.drop(old);
      return;
    }
    long reference = heap.add(key, value);
    path[depth] = nodes.make(key, seek.skipped(), reference);
    count++;
    setLinkTo(depth, red(path[depth]));
    int risen = repairRed(depth - 1);
    if (seek.isAboveAll()) {
      largest = PairHeap.key(heap.segments(), reference);
      keepPath(depth, risen);
    }
  }

  /// The path leads to the last node at `depth`. A repair may have brought what is at `risen` up.
  private void keepPath(int depth, int risen) {
    end = depth;
    if (risen > 0) {
      System.arraycopy(path, risen, path, risen - 1, depth - risen + 1);
      end--;
    }
    path[end + 1] = NONE;
    side[end] = RIGHT;
    endNow = moments.now();
  }

  @Override
  public void delete(Bytes key) {
    // No node is copied in vain.
    if (moments.newest() > 0 && get(key) == null) {
      return;
    }
    int depth = descend(new Seek(key), false);
    int gone = path[depth];
    if (gone == NONE) {
      return;
    }
    heap.drop(Nodes.reference(nodes.chunks(), gone));
    count--;
    if (key.equals(largest)) {
      largest = null;
    }
    if (child(gone, LEFT) != NONE && child(gone, RIGHT) != NONE) {
      // The next node takes its place, and goes from where it was.
      int target = gone;
      side[depth] = RIGHT;
      gone = writableChild(target, RIGHT);
      path[++depth] = gone;
      while (child(gone, LEFT) != NONE) {
        side[depth] = LEFT;
        gone = writableChild(gone, LEFT);
        path[++depth] = gone;
      }
      nodes.setPair(target, gone);
    }
    int link = nodes.link(gone, child(gone, LEFT) != NONE ? LEFT : RIGHT);
    boolean wasRed = depth > 0 && isRed(nodes.link(path[depth - 1], side[depth - 1]));
    setLinkTo(depth, black(link >>> 1));
    nodes.giveUp(gone);
    if (!wasRed && !isRed(link)) {
      repairBlack(depth - 1);
    }
  }

  @Override
  public Frozen freeze(Moment moment) {
    int top = root;
    var chunks = nodes.chunks();
    var segments = heap.segments();
    return new Frozen() {
      @Override
      public @Nullable Bytes get(Bytes key) {
        return RedBlackTree.get(top, chunks, segments, key);
      }

      @Override
      public Walk walk(KeyRange range) {
        return new NodeWalk(top, chunks, segments);
      }
    };
  }

  @Override
  public void tidy() {
    heap.tidy(this::move);
  }

  @Override
  public void reclaim() {
    heap.reclaim(this::move);
    var old = nodes.chunks();
    nodes = new Nodes(moments);
    root = copy(old, Nodes.black(root)) >>> 1;
    end = -1;
  }

  @Override
  public long count() {
    return count;
  }

  @Override
  public long bytes() {
    return nodes.bytes() + heap.bytes();
  }

  @Override
  public void validate() {
    new TreeCheck(nodes.chunks(), heap.segments()).check(root, count);
  }

  private void move(long reference, Bytes key, Bytes value) {
    int node = path[descend(new Seek(key), false)];
    if (node != NONE && Nodes.reference(nodes.chunks(), node) == reference) {
      nodes.setReference(node, heap.add(key, value));
      heap.drop(reference);
    }
  }

  /// Copies the tree that `link` leads to from `old` nodes and returns the link to the copy.
  private int copy(long[][] old, int link) {
    int node = link >>> 1;
    if (node == NONE) {
      return link;
    }
    int copy = nodes.makeLike(old, node);
    nodes.setLink(copy, LEFT, copy(old, Nodes.link(old, node, LEFT)));
    nodes.setLink(copy, RIGHT, copy(old, Nodes.link(old, node, RIGHT)));
    return copy << 1 | (link & 1);
  }

  /// Goes to the node of the key, or to where it belongs, where there is none, and returns how deep
  /// that is. All nodes on the way may be changed. A key that is `behindAll` is not compared.
  private int descend(Seek seek, boolean behindAll) {
    int depth = 0;
    end = -1;
    if (root != NONE) {
      root = nodes.writable(root);
    }
    path[0] = root;
    while (path[depth] != NONE) {
      int node = path[depth];
      int order = behindAll ? 1 : seek.compare(nodes.chunks(), heap.segments(), node);
      if (order == 0) {
        return depth;
      }
      side[depth] = order < 0 ? LEFT : RIGHT;
      path[++depth] = writableChild(node, order < 0 ? LEFT : RIGHT);
    }
    return depth;
  }

  private int child(int node, int which) {
    return nodes.link(node, which) >>> 1;
  }

  /// The child of a node that may be changed, to be changed too.
  private int writableChild(int node, int which) {
    int link = nodes.link(node, which);
    int child = link >>> 1;
    if (child == NONE || !nodes.isShared(child)) {
      return child;
    }
    int copy = nodes.writable(child);
    nodes.setLink(node, which, copy << 1 | (link & 1));
    return copy;
  }

  /// Whether the node at `depth` of the path is red.
  private boolean isRedAt(int depth) {
    return depth > 0 && isRed(nodes.link(path[depth - 1], side[depth - 1]));
  }

  /// Replaces the link to the node at `depth` of the path.
  private void setLinkTo(int depth, int link) {
    if (depth == 0) {
      root = link >>> 1;
    } else {
      nodes.setLink(path[depth - 1], side[depth - 1], link);
    }
  }

  /// The node at `from` has a red child on its way: sees to it that it is not red itself. Returns
  /// where on the path the node was that now has the place of the one above it, as long as all of
  /// them lie on one side; 0 if there is none.
  private int repairRed(int from) {
    int depth = from;
    while (isRedAt(depth)) {
      int parent = path[depth];
      int grandparent = path[depth - 1];
      int up = side[depth - 1];
      int uncle = nodes.link(grandparent, 1 - up);
      if (isRed(uncle)) {
        nodes.setLink(grandparent, up, black(parent));
        nodes.setLink(grandparent, 1 - up, black(uncle >>> 1));
        if (depth == 1) {
          return 0;
        }
        setLinkTo(depth - 1, red(grandparent));
        depth -= 2;
        continue;
      }
      int top = parent;
      if (side[depth] != up) {
        top = path[depth + 1];
        nodes.setLink(parent, side[depth], nodes.link(top, up));
        nodes.setLink(top, up, red(parent));
      }
      nodes.setLink(grandparent, up, nodes.link(top, 1 - up));
      nodes.setLink(top, 1 - up, red(grandparent));
      setLinkTo(depth - 1, black(top));
      return depth;
    }
    return 0;
  }

  /// The ways down from the node at `depth` on its side pass one black node too few.
  private void repairBlack(int from) {
    int depth = from;
    while (depth >= 0) {
      int parent = path[depth];
      int near = side[depth];
      int far = 1 - near;
      int sibling = writableChild(parent, far);
      if (isRed(nodes.link(parent, far))) {
        nodes.setLink(parent, far, nodes.link(sibling, near));
        nodes.setLink(sibling, near, red(parent));
        setLinkTo(depth, black(sibling));
        path[depth] = sibling;
        side[depth++] = near;
        path[depth] = parent;
        side[depth] = near;
        sibling = writableChild(parent, far);
      }
      int inner = nodes.link(sibling, near);
      int outer = nodes.link(sibling, far);
      if (isRed(inner) || isRed(outer)) {
        rotate(depth, sibling, isRed(outer));
        return;
      }
      nodes.setLink(parent, far, red(sibling));
      if (isRedAt(depth)) {
        setLinkTo(depth, black(parent));
        return;
      }
      depth--;
    }
  }

  /// Ends a repair: lets a red child of the sibling make up for the black node that is missing.
  private void rotate(int depth, int sibling, boolean outerIsRed) {
    int parent = path[depth];
    int near = side[depth];
    int far = 1 - near;
    int top = sibling;
    if (outerIsRed) {
      nodes.setLink(top, far, black(child(top, far)));
    } else {
      top = writableChild(sibling, near);
      nodes.setLink(sibling, near, nodes.link(top, far));
      nodes.setLink(top, far, black(sibling));
    }
    nodes.setLink(parent, far, nodes.link(top, near));
    nodes.setLink(top, near, black(parent));
    setLinkTo(depth, isRedAt(depth) ? red(top) : black(top));
  }
}
