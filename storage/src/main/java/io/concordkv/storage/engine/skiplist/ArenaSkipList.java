package io.concordkv.storage.engine.skiplist;

import static io.concordkv.storage.engine.skiplist.OffHeap.NOWHERE;

import io.concordkv.base.Bytes;
import io.concordkv.base.Check;
import io.concordkv.storage.engine.memory.KeyPrefix;
import io.concordkv.storage.engine.memory.Moments;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// An ordered map of bytes outside of the heap that keeps versions (Pugh, "Skip Lists: A
/// Probabilistic Alternative to Balanced Trees", 1990).
///
/// One thread writes. Any number of others read at the same time without a lock, each at the moment
/// that it was given: what is inserted later carries a higher number, so a reader may or may not
/// meet it and passes over it either way. Every link is written with release and read with acquire,
/// so whoever reaches a node or a version sees it whole. A node that is unlinked keeps its own
/// links as long as a moment is open that saw it.
///
/// ```
/// node    = keyLength:i32 height:i32 previous:i32 newest:i32 next:i32{height} key padding
/// version = number:i64 older:i32 length:i32 (-1: deleted) value
/// ```
///
/// The key begins at a multiple of eight and is filled up with zeros, so that keys are compared by
/// words of eight bytes.
final class ArenaSkipList {
  private static final int MAX_HEIGHT = 16;
  private static final int HEIGHT = 4;
  private static final int PREVIOUS = 8;
  private static final int NEWEST = 12;
  private static final int NEXT = 16;
  private static final int NUMBER = 0;
  private static final int OLDER = 8;
  private static final int LENGTH = 12;
  private static final int VALUE = 16;
  private static final byte[] PADDING = new byte[8];

  private final Moments moments;
  private final OffHeap heap;
  private final int head;
  private final int[] before = new int[MAX_HEIGHT];
  private int height = 1;
  private long randomState = 0x9E3779B97F4A7C15L;
  private long live;

  ArenaSkipList(Moments moments) {
    this.moments = moments;
    heap = new OffHeap(moments);
    head = newNode(Bytes.EMPTY, MAX_HEIGHT);
    Arrays.fill(before, head);
  }

  /// Gives `key` a new newest version now; null deletes. Returns whether something is left that
  /// [#trim] has to remove when no open moment sees it any more.
  boolean put(Bytes key, @Nullable Bytes value) {
    if (!isNear(before[0], key)) {
      search(key);
    }
    int node = next(before[0], 0);
    if (node != NOWHERE && compare(node, key) == 0) {
      return addVersion(node, value);
    }
    if (value == null) {
      return false;
    }
    insert(key, newVersion(value, NOWHERE));
    live++;
    return false;
  }

  /// Where the value lies that a reader at `number` sees; [OffHeap#NOWHERE] if it sees none.
  int find(Bytes key, long number) {
    int node = ceiling(key);
    return node != NOWHERE && compare(node, key) == 0 ? visible(node, number) : NOWHERE;
  }

  /// Removes the versions of `key` that no open moment sees, and the key itself if a deletion is
  /// all that is left. Returns whether something remains to be trimmed later.
  boolean trim(Bytes key) {
    search(key);
    int node = next(before[0], 0);
    if (node == NOWHERE || compare(node, key) != 0) {
      return false;
    }
    long oldest = Math.min(moments.oldest(), moments.now());
    int newest = heap.getInt(node, NEWEST);
    cut(newest, oldest);
    if (heap.getInt(newest, OLDER) != NOWHERE) {
      return true;
    }
    if (heap.getInt(newest, LENGTH) >= 0) {
      return false;
    }
    if (heap.getLong(newest, NUMBER) > oldest) {
      return true;
    }
    unlink(node);
    return false;
  }

  /// Frees what no open moment sees.
  void collect() {
    heap.collect();
  }

  long live() {
    return live;
  }

  long bytes() {
    return heap.bytes();
  }

  int first() {
    return next(head, 0);
  }

  int next(int node) {
    return next(node, 0);
  }

  /// The first node at or above `key`.
  int ceiling(Bytes key) {
    return descend(key, true);
  }

  /// The last node below `key`; with null, the very last.
  int lower(@Nullable Bytes key) {
    int node = key == null ? descendToEnd() : descend(key, false);
    return node == head ? NOWHERE : node;
  }

  /// The node before `node`.
  int previous(int node) {
    int previous = heap.getIntAcquire(node, PREVIOUS);
    return previous == head ? NOWHERE : previous;
  }

  /// The version of `node` with the value that a reader at `number` sees; [OffHeap#NOWHERE] if it
  /// sees none, or a deletion.
  int visible(int node, long number) {
    int version = heap.getIntAcquire(node, NEWEST);
    while (version != NOWHERE && heap.getLong(version, NUMBER) > number) {
      version = heap.getInt(version, OLDER);
    }
    return version == NOWHERE || heap.getInt(version, LENGTH) < 0 ? NOWHERE : version;
  }

  Bytes key(int node) {
    return Bytes.wrap(heap.read(node, keyAt(heap.getInt(node, HEIGHT)), heap.getInt(node, 0)));
  }

  Bytes value(int version) {
    return Bytes.wrap(heap.read(version, VALUE, heap.getInt(version, LENGTH)));
  }

  /// Fails unless every level is in order and the links back are those forward.
  void validate() {
    long values = 0;
    for (int level = 0; level < MAX_HEIGHT; level++) {
      int last = head;
      for (int node = next(head, level); node != NOWHERE; node = next(node, level)) {
        Check.that(heap.getInt(node, HEIGHT) > level, "a node is on its own levels only");
        Check.that(last == head || compare(last, key(node)) < 0, "the keys ascend");
        if (level == 0) {
          Check.that(heap.getInt(node, PREVIOUS) == last, "the links lead back");
          values += heap.getInt(heap.getInt(node, NEWEST), LENGTH) < 0 ? 0 : 1;
        }
        last = node;
      }
    }
    Check.that(values == live, "%d values are counted as %d", values, live);
  }

  private int next(int node, int level) {
    return heap.getIntAcquire(node, NEXT + 4 * level);
  }

  private void setNext(int node, int level, int next) {
    heap.setIntRelease(node, NEXT + 4 * level, next);
  }

  private static int keyAt(int height) {
    return (NEXT + 4 * height + 7) & -8;
  }

  /// How the key of `node` compares with `key`.
  private int compare(int node, Bytes key) {
    int length = heap.getInt(node, 0);
    int at = keyAt(heap.getInt(node, HEIGHT));
    byte[] array = key.sharedArray();
    int from = key.sharedOffset();
    int left = key.length();
    for (int compared = 0; compared < length || left > 0; compared += 8, from += 8, left -= 8) {
      long ours =
          compared < length ? heap.getBytes(node, at + compared) ^ Long.MIN_VALUE : Long.MIN_VALUE;
      long theirs = KeyPrefix.of(array, from, Math.max(0, left));
      if (ours != theirs) {
        return ours < theirs ? -1 : 1;
      }
    }
    return Integer.compare(length, key.length());
  }

  /// The last node below `key`, or, with `ceiling`, the one that was found behind it: by now
  /// another may stand between the two that is lower than the key.
  private int descend(Bytes key, boolean ceiling) {
    int node = head;
    int passed = NOWHERE;
    for (int level = MAX_HEIGHT - 1; level >= 0; level--) {
      int next = next(node, level);
      while (next != NOWHERE && next != passed && compare(next, key) < 0) {
        node = next;
        next = next(node, level);
      }
      passed = next;
    }
    return ceiling ? passed : node;
  }

  private int descendToEnd() {
    int node = head;
    for (int level = MAX_HEIGHT - 1; level >= 0; level--) {
      for (int next = next(node, level); next != NOWHERE; next = next(node, level)) {
        node = next;
      }
    }
    return node;
  }

  /// Whether `key` belongs right behind `node`.
  private boolean isNear(int node, Bytes key) {
    if (node != head && compare(node, key) >= 0) {
      return false;
    }
    int next = next(node, 0);
    return next == NOWHERE || compare(next, key) >= 0;
  }

  /// Makes `before` the last node below `key` on every level.
  private void search(Bytes key) {
    int node = head;
    int passed = NOWHERE;
    for (int level = height - 1; level >= 0; level--) {
      int next = next(node, level);
      while (next != NOWHERE && next != passed && compare(next, key) < 0) {
        node = next;
        next = next(node, level);
      }
      before[level] = node;
      passed = next;
    }
  }

  private int newNode(Bytes key, int nodeHeight) {
    int keyAt = keyAt(nodeHeight);
    int size = nodeSize(nodeHeight, key.length());
    int node = heap.take(size);
    heap.setInt(node, 0, key.length());
    heap.setInt(node, HEIGHT, nodeHeight);
    heap.setInt(node, PREVIOUS, NOWHERE);
    heap.setInt(node, NEWEST, NOWHERE);
    for (int level = 0; level < nodeHeight; level++) {
      heap.setInt(node, NEXT + 4 * level, NOWHERE);
    }
    heap.write(node, keyAt, key.sharedArray(), key.sharedOffset(), key.length());
    heap.write(node, keyAt + key.length(), PADDING, 0, size - keyAt - key.length());
    return node;
  }

  private static int nodeSize(int nodeHeight, int keyLength) {
    return (keyAt(nodeHeight) + keyLength + 7) & -8;
  }

  private int newVersion(@Nullable Bytes value, int older) {
    int length = value == null ? 0 : value.length();
    int version = heap.take(VALUE + length);
    heap.setLong(version, NUMBER, moments.now());
    heap.setInt(version, OLDER, older);
    heap.setInt(version, LENGTH, value == null ? -1 : length);
    if (value != null) {
      heap.write(version, VALUE, value.sharedArray(), value.sharedOffset(), length);
    }
    return version;
  }

  private void insert(Bytes key, int version) {
    int nodeHeight = drawHeight();
    height = Math.max(height, nodeHeight);
    int node = newNode(key, nodeHeight);
    heap.setInt(node, NEWEST, version);
    int after = next(before[0], 0);
    heap.setInt(node, PREVIOUS, before[0]);
    for (int level = 0; level < nodeHeight; level++) {
      heap.setInt(node, NEXT + 4 * level, next(before[level], level));
      setNext(before[level], level, node);
      before[level] = node;
    }
    if (after != NOWHERE) {
      heap.setIntRelease(after, PREVIOUS, node);
    }
  }

  private boolean addVersion(int node, @Nullable Bytes value) {
    int newest = heap.getInt(node, NEWEST);
    boolean wasThere = heap.getInt(newest, LENGTH) >= 0;
    live += (value == null ? 0 : 1) - (wasThere ? 1 : 0);
    boolean replaces = heap.getLong(newest, NUMBER) == moments.now();
    int older = replaces ? heap.getInt(newest, OLDER) : newest;
    int version = newVersion(value, older);
    heap.setIntRelease(node, NEWEST, version);
    if (replaces) {
      giveBackVersion(newest);
    }
    cut(version, Math.min(moments.oldest(), moments.now()));
    return value == null || heap.getInt(version, OLDER) != NOWHERE;
  }

  /// Removes what lies behind the version that a reader at `oldest` sees.
  private void cut(int newest, long oldest) {
    int last = newest;
    while (last != NOWHERE && heap.getLong(last, NUMBER) > oldest) {
      last = heap.getInt(last, OLDER);
    }
    if (last == NOWHERE) {
      return;
    }
    int gone = heap.getInt(last, OLDER);
    heap.setInt(last, OLDER, NOWHERE);
    while (gone != NOWHERE) {
      int older = heap.getInt(gone, OLDER);
      giveBackVersion(gone);
      gone = older;
    }
  }

  private void unlink(int node) {
    int nodeHeight = heap.getInt(node, HEIGHT);
    for (int level = nodeHeight - 1; level >= 0; level--) {
      setNext(before[level], level, next(node, level));
    }
    int after = next(node, 0);
    if (after != NOWHERE) {
      heap.setIntRelease(after, PREVIOUS, before[0]);
    }
    giveBackVersion(heap.getInt(node, NEWEST));
    heap.giveBack(node, nodeSize(nodeHeight, heap.getInt(node, 0)));
  }

  private void giveBackVersion(int version) {
    heap.giveBack(version, VALUE + Math.max(0, heap.getInt(version, LENGTH)));
  }

  /// One level more for every fourth node (xorshift; Marsaglia, 2003).
  private int drawHeight() {
    randomState ^= randomState << 13;
    randomState ^= randomState >>> 7;
    randomState ^= randomState << 17;
    return Math.min(MAX_HEIGHT, 1 + Long.numberOfTrailingZeros(randomState | 1L << 62) / 2);
  }
}
