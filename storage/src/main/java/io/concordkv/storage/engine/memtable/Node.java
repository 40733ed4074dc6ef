package io.concordkv.storage.engine.memtable;

import io.concordkv.base.Bytes;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// A key in the list. Every link is written with release and read with acquire, so whoever reaches
/// a node sees it whole.
final class Node {
  /// What a node costs in memory beside its key and its versions, in bytes.
  static final int OVERHEAD_BYTES = 104;

  private static final VarHandle NEXT = MethodHandles.arrayElementVarHandle(Node[].class);
  private static final VarHandle PREVIOUS;
  private static final VarHandle NEWEST;

  static {
    try {
      var lookup = MethodHandles.lookup();
      PREVIOUS = lookup.findVarHandle(Node.class, "previous", Node.class);
      NEWEST = lookup.findVarHandle(Node.class, "newest", Link.class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  final Bytes key;

  /// Where the key's bytes lie, here too: a search compares with many nodes, and each object more
  /// on the way to the bytes is a cache miss more.
  private final byte[] array;

  private final int from;
  private final int to;
  private final Node[] next;

  @SuppressWarnings("unused") // through its handle
  private @Nullable Node previous;

  @SuppressWarnings("unused") // through its handle
  private @Nullable Link newest;

  Node(Bytes key, int height) {
    this.key = key;
    this.array = key.sharedArray();
    this.from = key.sharedOffset();
    this.to = from + key.length();
    this.next = new Node[height];
  }

  /// How this node's key compares with the bytes of `other` from `start` to `end`.
  int compareTo(byte[] other, int start, int end) {
    return Arrays.compareUnsigned(array, from, to, other, start, end);
  }

  int height() {
    return next.length;
  }

  @Nullable Node next(int level) {
    return (Node) NEXT.getAcquire(next, level);
  }

  void setNext(int level, @Nullable Node node) {
    NEXT.setRelease(next, level, node);
  }

  @Nullable Node previous() {
    return (Node) PREVIOUS.getAcquire(this);
  }

  void setPrevious(@Nullable Node node) {
    PREVIOUS.setRelease(this, node);
  }

  @Nullable Link newest() {
    return (Link) NEWEST.getAcquire(this);
  }

  void setNewest(Link version) {
    NEWEST.setRelease(this, version);
  }
}
