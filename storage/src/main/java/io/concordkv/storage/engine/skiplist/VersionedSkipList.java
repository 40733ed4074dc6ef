package io.concordkv.storage.engine.skiplist;

import io.concordkv.base.Bytes;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// An ordered map of bytes that keeps versions (Pugh, "Skip Lists: A Probabilistic Alternative to
/// Balanced Trees", 1990).
///
/// One thread writes. Any number of others read at the same time without a lock, each at the
/// sequence number it was given when the writer stood still: what is inserted later carries a
/// higher number, so a reader may or may not meet it and passes over it either way. A node that is
/// unlinked keeps its own links, so whoever stands on it finds the way back into the list.
///
/// The writer searches from where it last wrote among keys with the same first byte, which makes
/// ascending runs cheap: that byte names a table of the store, and some tables only grow at the
/// end.
public final class VersionedSkipList {
  private static final int MAX_HEIGHT = 16;
  private static final int FINGERS = 8;

  private final Node head = new Node(Bytes.EMPTY, MAX_HEIGHT);
  private final Node[][] fingers = new Node[FINGERS][MAX_HEIGHT];
  private final Node[] path = new Node[MAX_HEIGHT];
  private int height = 1;
  private long randomState = 0x9E3779B97F4A7C15L;
  private long keys;
  private long live;
  private long bytes;

  public VersionedSkipList() {
    for (var finger : fingers) {
      Arrays.fill(finger, head);
    }
  }

  /// Gives `key` a new newest version at `sequence`, which is at least that of every version so
  /// far; one of the same sequence is replaced. A `value` of null deletes.
  ///
  /// Versions that only readers below `oldest` could see are dropped; with 0, all are kept. Returns
  /// whether older versions were kept for such readers or a deleted key stays in the list: then
  /// [#trim] has something to do later.
  public boolean put(Bytes key, @Nullable Bytes value, long sequence, long oldest) {
    int finger = key.isEmpty() ? 0 : key.at(0) & (FINGERS - 1);
    var before = fingers[finger];
    if (!isNear(before[0], key)) {
      search(key, before);
    }
    var candidate = before[0].next(0);
    var kept = value == null ? null : value.detached();
    if (candidate != null && candidate.key.equals(key)) {
      return addVersion(candidate, kept, sequence, oldest);
    }
    insert(key.detached(), new Version(sequence, kept, null), before);
    return value == null;
  }

  /// The version of `key` that a reader at `sequence` sees; null if it sees none.
  public @Nullable Version find(Bytes key, long sequence) {
    var node = ceiling(key);
    return node != null && node.key.equals(key) ? Version.visible(node.newest(), sequence) : null;
  }

  /// A walk over what a reader at `sequence` sees. It stands nowhere yet.
  public Walk walk(long sequence) {
    return new Walk(this, sequence);
  }

  /// Drops the versions of `key` that only readers below `oldest` could see, and the key itself if
  /// a deletion is all that is left. Returns whether something remains to be trimmed later.
  boolean trim(Bytes key, long oldest) {
    var before = search(key, path);
    var node = before[0].next(0);
    if (node == null || !node.key.equals(key)) {
      return false;
    }
    var newest = node.newest();
    cut(newest, oldest);
    if (newest == null || newest.older != null) {
      return newest != null;
    }
    if (newest.value != null) {
      return false;
    }
    if (newest.sequence > oldest) {
      return true;
    }
    unlink(node, before);
    return false;
  }

  /// How many keys have a version, deleted ones included.
  public long keys() {
    return keys;
  }

  /// How many keys' newest version is a value.
  public long live() {
    return live;
  }

  /// About how much memory it takes.
  public long bytes() {
    return bytes;
  }

  @Nullable Node first() {
    return head.next(0);
  }

  /// The first node at or above `key`.
  @Nullable Node ceiling(Bytes key) {
    return descend(key).next(0);
  }

  /// The last node below `key`; with null, the very last.
  @Nullable Node lower(@Nullable Bytes key) {
    var node = key == null ? descendToEnd() : descend(key);
    return node == head ? null : node;
  }

  /// The node before `node`.
  @Nullable Node before(Node node) {
    var previous = node.previous();
    return previous == head ? null : previous;
  }

  private Node descend(Bytes key) {
    byte[] array = key.sharedArray();
    int from = key.sharedOffset();
    int to = from + key.length();
    var node = head;
    Node passed = null;
    for (int level = MAX_HEIGHT - 1; level >= 0; level--) {
      for (var next = node.next(level);
          next != null && next != passed && next.compareTo(array, from, to) < 0;
          next = node.next(level)) {
        node = next;
      }
      passed = node.next(level);
    }
    return node;
  }

  private Node descendToEnd() {
    var node = head;
    for (int level = MAX_HEIGHT - 1; level >= 0; level--) {
      for (var next = node.next(level); next != null; next = node.next(level)) {
        node = next;
      }
    }
    return node;
  }

  private boolean isNear(Node before, Bytes key) {
    if (before != head && before.key.compareTo(key) >= 0) {
      return false;
    }
    var next = before.next(0);
    return next == null || next.key.compareTo(key) >= 0;
  }

  /// The last node below `key` on every level.
  private Node[] search(Bytes key, Node[] before) {
    byte[] array = key.sharedArray();
    int from = key.sharedOffset();
    int to = from + key.length();
    var node = head;
    Node passed = null;
    for (int level = MAX_HEIGHT - 1; level >= height; level--) {
      before[level] = head;
    }
    for (int level = height - 1; level >= 0; level--) {
      var next = node.next(level);
      while (next != null && next != passed && next.compareTo(array, from, to) < 0) {
        node = next;
        next = node.next(level);
      }
      before[level] = node;
      passed = next;
    }
    return before;
  }

  private void insert(Bytes key, Version version, Node[] before) {
    int nodeHeight = drawHeight();
    height = Math.max(height, nodeHeight);
    var node = new Node(key, nodeHeight);
    node.setNewest(version);
    var after = before[0].next(0);
    node.setPrevious(before[0]);
    for (int level = 0; level < nodeHeight; level++) {
      // Another finger may have inserted between this level's finger and the key.
      var previous = before[level];
      var next = previous.next(level);
      while (next != null && next.key.compareTo(key) < 0) {
        previous = next;
        next = previous.next(level);
      }
      node.setNext(level, next);
      previous.setNext(level, node);
      before[level] = node;
    }
    if (after != null) {
      after.setPrevious(node);
    }
    keys++;
    live += version.value == null ? 0 : 1;
    bytes += Node.OVERHEAD_BYTES + (long) key.length() + cost(version);
  }

  private boolean addVersion(Node node, @Nullable Bytes value, long sequence, long oldest) {
    var newest = node.newest();
    live += (value == null ? 0 : 1) - (newest == null || newest.value == null ? 0 : 1);
    var older = newest;
    if (newest != null && newest.sequence == sequence) {
      bytes -= cost(newest);
      older = newest.older;
    }
    var version = new Version(sequence, value, older);
    bytes += cost(version);
    if (oldest > 0) {
      cut(version, oldest);
    }
    node.setNewest(version);
    return version.older != null || value == null;
  }

  /// Drops what lies behind the version that a reader at `oldest` sees.
  private void cut(@Nullable Version newest, long oldest) {
    var last = Version.visible(newest, oldest);
    if (last != null) {
      for (var gone = last.older; gone != null; gone = gone.older) {
        bytes -= cost(gone);
      }
      last.older = null;
    }
  }

  private void unlink(Node node, Node[] before) {
    for (int level = node.height() - 1; level >= 0; level--) {
      before[level].setNext(level, node.next(level));
      for (var finger : fingers) {
        finger[level] = finger[level] == node ? before[level] : finger[level];
      }
    }
    var after = node.next(0);
    if (after != null) {
      after.setPrevious(before[0]);
    }
    keys--;
    var newest = node.newest();
    bytes -= Node.OVERHEAD_BYTES + node.key.length() + (newest == null ? 0 : cost(newest));
  }

  private static long cost(Version version) {
    return (long) Version.OVERHEAD_BYTES + (version.value == null ? 0 : version.value.length());
  }

  /// One level more for every fourth node (xorshift; Marsaglia, 2003).
  private int drawHeight() {
    randomState ^= randomState << 13;
    randomState ^= randomState >>> 7;
    randomState ^= randomState << 17;
    return Math.min(MAX_HEIGHT, 1 + Long.numberOfTrailingZeros(randomState | 1L << 62) / 2);
  }
}
