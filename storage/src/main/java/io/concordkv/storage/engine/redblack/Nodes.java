package io.concordkv.storage.engine.redblack;

import io.concordkv.base.Bytes;
import io.concordkv.base.Check;
import io.concordkv.storage.engine.memory.Deferred;
import io.concordkv.storage.engine.memory.KeyPrefix;
import io.concordkv.storage.engine.memory.Moments;
import io.concordkv.storage.engine.memory.PairHeap;
import java.util.Arrays;

/// The nodes of a tree, four words each, known by a number: the prefix of the key; where the pair
/// lies; the links to both children; and when the node was born. The colour of a node is in the
/// link to it, so that its parent need not look at it to know.
///
/// A node that was born at or before the newest open moment is never changed.
final class Nodes {
  static final int NONE = 0;
  static final int LEFT = 0;
  static final int RIGHT = 1;

  private static final int CHUNK_BITS = 10;
  private static final int CHUNK_MASK = (1 << CHUNK_BITS) - 1;
  private static final int PAIR = 1;
  private static final int LINKS = 2;
  private static final int BORN = 3;

  private final Moments moments;
  private final Deferred deferred;
  private long[][] chunks = new long[4][];

  /// Given up and seen by no moment.
  private int[] free = new int[16];

  private int freed;
  private int count = 1;

  Nodes(Moments moments) {
    this.moments = moments;
    deferred = new Deferred(moments);
    chunks[0] = new long[4 << 2];
  }

  long[][] chunks() {
    return chunks;
  }

  int make(long prefix, long pair) {
    int node = freed > 0 ? free[--freed] : (int) deferred.poll();
    if (node < 0) {
      node = extend();
    }
    long[] chunk = chunks[node >>> CHUNK_BITS];
    int at = (node & CHUNK_MASK) << 2;
    chunk[at] = prefix;
    chunk[at + PAIR] = pair;
    chunk[at + LINKS] = 0;
    chunk[at + BORN] = moments.now();
    return node;
  }

  boolean isShared(int node) {
    return chunks[node >>> CHUNK_BITS][((node & CHUNK_MASK) << 2) + BORN] <= moments.newest();
  }

  /// The node itself, or a copy of one that a moment sees.
  int writable(int node) {
    if (!isShared(node)) {
      return node;
    }
    int copy = make(prefix(chunks, node), pair(chunks, node));
    setLinks(copy, links(chunks, node));
    deferred.add(node);
    return copy;
  }

  /// Of a node that may be changed, so no moment sees it.
  void giveUp(int node) {
    Check.that(!isShared(node), "a node that a moment sees is not used again");
    if (freed == free.length) {
      free = Arrays.copyOf(free, 2 * freed);
    }
    free[freed++] = node;
  }

  void setPair(int node, long prefix, long pair) {
    long[] chunk = chunks[node >>> CHUNK_BITS];
    int at = (node & CHUNK_MASK) << 2;
    chunk[at] = prefix;
    chunk[at + PAIR] = pair;
  }

  void setLink(int node, int side, int link) {
    long links = links(chunks, node);
    setLinks(
        node,
        side == LEFT
            ? (links & 0xFFFF_FFFFL) | ((long) link << 32)
            : (links & 0xFFFF_FFFF_0000_0000L) | (link & 0xFFFF_FFFFL));
  }

  int link(int node, int side) {
    return link(chunks, node, side);
  }

  static long prefix(long[][] chunks, int node) {
    return chunks[node >>> CHUNK_BITS][(node & CHUNK_MASK) << 2];
  }

  static long pair(long[][] chunks, int node) {
    return chunks[node >>> CHUNK_BITS][((node & CHUNK_MASK) << 2) + PAIR];
  }

  static int link(long[][] chunks, int node, int side) {
    long links = links(chunks, node);
    return side == LEFT ? (int) (links >>> 32) : (int) links;
  }

  static int child(long[][] chunks, int node, int side) {
    return link(chunks, node, side) >>> 1;
  }

  /// How `key` compares with that of `node`.
  static int compare(long[][] chunks, byte[][] segments, int node, long prefix, Bytes key) {
    long[] chunk = chunks[node >>> CHUNK_BITS];
    int at = (node & CHUNK_MASK) << 2;
    long other = chunk[at];
    if (prefix != other) {
      return prefix < other ? -1 : 1;
    }
    return -PairHeap.compareKey(segments, chunk[at + PAIR], key);
  }

  static int black(int node) {
    return node << 1;
  }

  static int red(int node) {
    return node << 1 | 1;
  }

  static boolean isRed(int link) {
    return (link & 1) != 0;
  }

  static boolean isSound(long[][] chunks, byte[][] segments, int node) {
    return prefix(chunks, node) == KeyPrefix.of(PairHeap.key(segments, pair(chunks, node)));
  }

  long bytes() {
    long bytes = 4L * free.length + 16L * chunks.length;
    for (long[] chunk : chunks) {
      bytes += chunk == null ? 0 : 8L * chunk.length;
    }
    return bytes;
  }

  private static long links(long[][] chunks, int node) {
    return chunks[node >>> CHUNK_BITS][((node & CHUNK_MASK) << 2) + LINKS];
  }

  private void setLinks(int node, long links) {
    chunks[node >>> CHUNK_BITS][((node & CHUNK_MASK) << 2) + LINKS] = links;
  }

  private int extend() {
    int node = count++;
    int chunk = node >>> CHUNK_BITS;
    if (chunk == chunks.length) {
      chunks = Arrays.copyOf(chunks, 2 * chunk);
    }
    int wanted = ((node & CHUNK_MASK) + 1) << 2;
    if (chunks[chunk] == null) {
      chunks[chunk] = new long[4 << CHUNK_BITS];
    } else if (chunks[chunk].length < wanted) {
      // The first chunk grows. Whoever reads an earlier moment keeps the old array of chunks.
      chunks = chunks.clone();
      chunks[chunk] = Arrays.copyOf(chunks[chunk], 2 * chunks[chunk].length);
    }
    return node;
  }
}
