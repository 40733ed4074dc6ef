package io.concordkv.storage.engine.memtable;

import io.concordkv.base.Bytes;
import io.concordkv.storage.engine.memory.KeyPrefix;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/// A page of leaves, or of such pages. Child `i` has the keys from separator `i` (inclusive) to
/// separator `i + 1`; the first separator is not looked at. Only a child can be replaced, by one
/// that has the same keys and perhaps more.
final class PackedInner {
  static final int MAX_CHILDREN = 64;

  private static final int OBJECT_BYTES = 32;
  private static final int ARRAY_BYTES = 16;
  private static final int SEPARATOR_BYTES = 24 + ARRAY_BYTES + 8;
  private static final VarHandle CHILD = MethodHandles.arrayElementVarHandle(Object[].class);

  private final Object[] children;
  private final Bytes[] separators;
  private final long[] prefixes;
  private final byte[] common;

  private PackedInner(Object[] children, Bytes[] separators) {
    this.children = children;
    this.separators = separators;
    int last = separators.length - 1;
    int shared = last < 1 ? 0 : KeyPrefix.common(separators[1], separators[last]);
    common = last < 1 ? new byte[0] : separators[1].slice(0, shared).toArray();
    prefixes = new long[separators.length];
    for (int i = 1; i < prefixes.length; i++) {
      prefixes[i] = KeyPrefix.of(separators[i], shared);
    }
  }

  static PackedInner of(Object left, Bytes separator, Object right) {
    return new PackedInner(new Object[] {left, right}, new Bytes[] {Bytes.EMPTY, separator});
  }

  int size() {
    return children.length;
  }

  Object child(int at) {
    return CHILD.getAcquire(children, at);
  }

  Bytes separator(int at) {
    return separators[at];
  }

  void setChild(int at, Object child) {
    CHILD.setRelease(children, at, child);
  }

  /// The child in which `key` is or belongs.
  int find(Bytes key) {
    return find(key, 0);
  }

  /// The child in which keys just below `key` belong.
  int findBelow(Bytes key) {
    return find(key, -1);
  }

  /// The last child whose separator compares with `key` as `most` or less.
  private int find(Bytes key, int most) {
    int side = KeyPrefix.compareStart(common, key);
    if (side != 0) {
      return side < 0 ? 0 : children.length - 1;
    }
    long prefix = KeyPrefix.of(key, common.length);
    int low = 0;
    int high = children.length - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      long other = prefixes[middle];
      if (other < prefix
          || (other == prefix && Integer.signum(separators[middle].compareTo(key)) <= most)) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  /// Another page in which `left` and `right` are in the place of the child at `at`.
  PackedInner with(int at, Object left, Bytes separator, Object right) {
    int size = children.length;
    var moreChildren = new Object[size + 1];
    var moreSeparators = new Bytes[size + 1];
    System.arraycopy(children, 0, moreChildren, 0, at);
    System.arraycopy(children, at + 1, moreChildren, at + 2, size - at - 1);
    System.arraycopy(separators, 0, moreSeparators, 0, at + 1);
    System.arraycopy(separators, at + 1, moreSeparators, at + 2, size - at - 1);
    moreChildren[at] = left;
    moreChildren[at + 1] = right;
    moreSeparators[at + 1] = separator;
    return new PackedInner(moreChildren, moreSeparators);
  }

  /// Another page with the children from `from` to `to`.
  PackedInner part(int from, int to) {
    var some = new Object[to - from];
    var their = new Bytes[to - from];
    System.arraycopy(children, from, some, 0, to - from);
    System.arraycopy(separators, from, their, 0, to - from);
    return new PackedInner(some, their);
  }

  long bytes() {
    return OBJECT_BYTES + 4L * ARRAY_BYTES + (16L + SEPARATOR_BYTES) * children.length;
  }
}
