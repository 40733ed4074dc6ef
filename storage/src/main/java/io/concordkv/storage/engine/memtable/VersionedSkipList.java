package io.concordkv.storage.engine.memtable;

import io.concordkv.base.Bytes;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// A skip list (Pugh, "Skip Lists: A Probabilistic Alternative to Balanced Trees", 1990).
///
/// Every link is written with release and read with acquire, so a reader sees whatever it reaches
/// whole, and reaches all that was there when it began.
///
/// The writer searches from where it last wrote among keys with the same first byte, which makes
/// ascending runs cheap: that byte names a table of the store, and some tables only grow at the
/// end.
final class VersionedSkipList implements VersionedMap {
  private static final int MAX_HEIGHT = 16;
  private static final int FINGERS = 8;

  private final Node head = new Node(Bytes.EMPTY, MAX_HEIGHT);
  private final Node[][] fingers = new Node[FINGERS][MAX_HEIGHT];
  private int height = 1;
  private long randomState = 0x9E3779B97F4A7C15L;
  private long keys;
  private long live;
  private long bytes;

  VersionedSkipList() {
    for (var finger : fingers) {
      Arrays.fill(finger, head);
    }
  }

  @Override
  public void put(Bytes key, @Nullable Bytes value, long sequence) {
    int finger = key.isEmpty() ? 0 : key.at(0) & (FINGERS - 1);
    var before = fingers[finger];
    if (!isNear(before[0], key)) {
      search(key, before);
    }
    var candidate = before[0].next(0);
    var kept = value == null ? null : value.detached();
    if (candidate != null && candidate.key.equals(key)) {
      addVersion(candidate, kept, sequence);
    } else {
      insert(key.detached(), new Link(sequence, kept, null), before);
    }
  }

  @Override
  public @Nullable Version find(Bytes key, long sequence) {
    var node = ceiling(key);
    if (node == null || !node.key.equals(key)) {
      return null;
    }
    var link = Link.visible(node.newest(), sequence);
    return link == null ? null : new Version(link.sequence, link.value);
  }

  @Override
  public VersionedRun walk(long sequence) {
    return new SkipListWalk(this, sequence);
  }

  @Override
  public long keys() {
    return keys;
  }

  @Override
  public long live() {
    return live;
  }

  @Override
  public long bytes() {
    return bytes;
  }

  @Nullable Node first() {
    return head.next(0);
  }

  /// The first node at or above `key`.
  @Nullable Node ceiling(Bytes key) {
    return descend(key, true);
  }

  /// The last node below `key`; with null, the very last.
  @Nullable Node lower(@Nullable Bytes key) {
    var node = key == null ? descendToEnd() : descend(key, false);
    return node == head ? null : node;
  }

  /// The node before `node`.
  @Nullable Node before(Node node) {
    var previous = node.previous();
    return previous == head ? null : previous;
  }

  /// The last node below `key`, or, with `ceiling`, the one that was found behind it: by now
  /// another may stand between the two that is lower than the key.
  private @Nullable Node descend(Bytes key, boolean ceiling) {
    byte[] array = key.sharedArray();
    int from = key.sharedOffset();
    int to = from + key.length();
    var node = head;
    Node passed = null;
    for (int level = MAX_HEIGHT - 1; level >= 0; level--) {
      var next = node.next(level);
      while (next != null && next != passed && next.compareTo(array, from, to) < 0) {
        node = next;
        next = node.next(level);
      }
      // The one that was compared, not whatever comes behind the node by now.
      passed = next;
    }
    return ceiling ? passed : node;
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
  private void search(Bytes key, Node[] before) {
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
  }

  private void insert(Bytes key, Link version, Node[] before) {
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

  private void addVersion(Node node, @Nullable Bytes value, long sequence) {
    var newest = node.newest();
    live += (value == null ? 0 : 1) - (newest == null || newest.value == null ? 0 : 1);
    var older = newest;
    if (newest != null && newest.sequence == sequence) {
      bytes -= cost(newest);
      older = newest.older;
    }
    var version = new Link(sequence, value, older);
    bytes += cost(version);
    node.setNewest(version);
  }

  private static long cost(Link version) {
    return (long) Link.OVERHEAD_BYTES + (version.value == null ? 0 : version.value.length());
  }

  /// One level more for every fourth node (xorshift; Marsaglia, 2003).
  private int drawHeight() {
    randomState ^= randomState << 13;
    randomState ^= randomState >>> 7;
    randomState ^= randomState << 17;
    return Math.min(MAX_HEIGHT, 1 + Long.numberOfTrailingZeros(randomState | 1L << 62) / 2);
  }
}
