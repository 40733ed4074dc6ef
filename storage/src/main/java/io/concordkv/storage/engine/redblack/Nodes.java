package io.concordkv.storage.engine.redblack;

import io.concordkv.base.Bytes;
import io.concordkv.base.Check;
import io.concordkv.storage.engine.memory.Deferred;
import io.concordkv.storage.engine.memory.KeyPrefix;
import io.concordkv.storage.engine.memory.Moments;
import io.concordkv.storage.engine.memory.PairHeap;
import java.util.Arrays;

/// The nodes of a tree, four words each, known by a number: eight bytes of the key; where the pair
/// lies, and how many bytes of the key come before those eight; the links to both children; and
/// when the node was born. The colour of a node is in the link to it, so that its parent need not
/// look at it to know.
///
/// A node that was born at or before the newest open moment is never changed.
final class Nodes {
  static final int NONE = 0;
  static final int LEFT = 0;
  static final int RIGHT = 1;

  private static final int CHUNK_BITS = 10;
  private static final int CHUNK_MASK = (1 << CHUNK_BITS) - 1;
  private static final int PAIR = 1;
  private static final long REFERENCE_MASK = (1L << PairHeap.REFERENCE_BITS) - 1;
  private static final int MAX_SKIPPED = (1 << (Long.SIZE - PairHeap.REFERENCE_BITS)) - 1;
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

  /// @param skipped how many bytes of the key its word begins behind
  int make(Bytes key, int skipped, long reference) {
    int start = Math.min(skipped, MAX_SKIPPED);
    long pair = (long) start << PairHeap.REFERENCE_BITS | reference;
    return make(KeyPrefix.of(key, start), pair);
  }

  /// A node with the key and the pair of another one.
  int makeLike(long[][] others, int other) {
    long[] chunk = others[other >>> CHUNK_BITS];
    int at = (other & CHUNK_MASK) << 2;
    return make(chunk[at], chunk[at + PAIR]);
  }

  private int make(long word, long pair) {
    int node = freed > 0 ? free[--freed] : (int) deferred.poll();
    if (node < 0) {
      node = extend();
    }
    long[] chunk = chunks[node >>> CHUNK_BITS];
    int at = (node & CHUNK_MASK) << 2;
    chunk[at] = word;
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
    int copy = makeLike(chunks, node);
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

  /// The pair has moved, or has a new value; its key is the same.
  void setReference(int node, long reference) {
    long[] chunk = chunks[node >>> CHUNK_BITS];
    int at = ((node & CHUNK_MASK) << 2) + PAIR;
    chunk[at] = (chunk[at] & ~REFERENCE_MASK) | reference;
  }

  /// Gives `node` the key and the pair of `other`.
  void setPair(int node, int other) {
    long[] from = chunks[other >>> CHUNK_BITS];
    int fromAt = (other & CHUNK_MASK) << 2;
    long[] to = chunks[node >>> CHUNK_BITS];
    int toAt = (node & CHUNK_MASK) << 2;
    to[toAt] = from[fromAt];
    to[toAt + PAIR] = from[fromAt + PAIR];
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

  /// Eight bytes of the key, as a [KeyPrefix].
  static long word(long[][] chunks, int node) {
    return chunks[node >>> CHUNK_BITS][(node & CHUNK_MASK) << 2];
  }

  /// How many bytes of the key come before its word.
  static int skipped(long[][] chunks, int node) {
    return (int) (pair(chunks, node) >>> PairHeap.REFERENCE_BITS);
  }

  /// Where the pair lies.
  static long reference(long[][] chunks, int node) {
    return pair(chunks, node) & REFERENCE_MASK;
  }

  static int link(long[][] chunks, int node, int side) {
    long links = links(chunks, node);
    return side == LEFT ? (int) (links >>> 32) : (int) links;
  }

  static int child(long[][] chunks, int node, int side) {
    return link(chunks, node, side) >>> 1;
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
    var key = PairHeap.key(segments, reference(chunks, node));
    return word(chunks, node) == KeyPrefix.of(key, skipped(chunks, node));
  }

  long bytes() {
    long bytes = 4L * free.length + 16L * chunks.length;
    for (long[] chunk : chunks) {
      bytes += chunk == null ? 0 : 8L * chunk.length;
    }
    return bytes;
  }

  private static long pair(long[][] chunks, int node) {
    return chunks[node >>> CHUNK_BITS][((node & CHUNK_MASK) << 2) + PAIR];
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
