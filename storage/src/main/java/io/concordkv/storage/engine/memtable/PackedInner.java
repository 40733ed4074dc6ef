package io.concordkv.storage.engine.memtable;

import io.concordkv.base.Bytes;
import io.concordkv.storage.engine.memory.KeyPrefix;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/// A page of leaves, or of such pages. Child `i` has the keys from separator `i` (inclusive) to
/// separator `i + 1`; the first separator is not looked at. Only a child can be replaced, by one
/// that has the same keys and perhaps more.
///
/// All separators begin with the bytes in `common`, if only none, and the prefixes are what follows
/// those. A page that comes of another one keeps its prefixes as long as they tell keys apart.
final class PackedInner {
  static final int MAX_CHILDREN = 64;

  /// With so many bytes more in common, prefixes are worth being made anew.
  private static final int WORTH_LOOKING = 4;

  private static final int OBJECT_BYTES = 32;
  private static final int ARRAY_BYTES = 16;
  private static final int SEPARATOR_BYTES = 24 + ARRAY_BYTES + 8;
  private static final VarHandle CHILD = MethodHandles.arrayElementVarHandle(Object[].class);

  private final Object[] children;
  private final Bytes[] separators;
  private final long[] prefixes;
  private final byte[] common;

  private PackedInner(Object[] children, Bytes[] separators, byte[] common, long[] prefixes) {
    this.children = children;
    this.separators = separators;
    this.common = common;
    this.prefixes = prefixes;
  }

  /// A page whose prefixes are made anew, which costs a look at each separator.
  private static PackedInner anew(Object[] children, Bytes[] separators, int shared) {
    int last = separators.length - 1;
    byte[] common = last < 1 ? new byte[0] : separators[1].slice(0, shared).toArray();
    var prefixes = new long[separators.length];
    for (int i = 1; i < prefixes.length; i++) {
      prefixes[i] = KeyPrefix.of(separators[i], shared);
    }
    return new PackedInner(children, separators, common, prefixes);
  }

  /// How many bytes all separators begin with.
  private static int shared(Bytes[] separators) {
    int last = separators.length - 1;
    return last < 1 ? 0 : KeyPrefix.common(separators[1], separators[last]);
  }

  static PackedInner of(Object left, Bytes separator, Object right) {
    var separators = new Bytes[] {Bytes.EMPTY, separator};
    return anew(new Object[] {left, right}, separators, shared(separators));
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
    if (KeyPrefix.compareStart(common, separator) != 0) {
      return anew(moreChildren, moreSeparators, shared(moreSeparators));
    }
    var morePrefixes = new long[size + 1];
    System.arraycopy(prefixes, 0, morePrefixes, 0, at + 1);
    System.arraycopy(prefixes, at + 1, morePrefixes, at + 2, size - at - 1);
    morePrefixes[at + 1] = KeyPrefix.of(separator, common.length);
    return new PackedInner(moreChildren, moreSeparators, common, morePrefixes);
  }

  /// Another page with the children from `from` to `to`.
  PackedInner part(int from, int to) {
    var some = new Object[to - from];
    var their = new Bytes[to - from];
    System.arraycopy(children, from, some, 0, to - from);
    System.arraycopy(separators, from, their, 0, to - from);
    int shared = shared(their);
    if (shared >= common.length + WORTH_LOOKING || alike(from + 1, to - 1)) {
      return anew(some, their, shared);
    }
    return new PackedInner(some, their, common, Arrays.copyOfRange(prefixes, from, to));
  }

  /// Whether the prefixes tell nothing of the separators from `first` to `last`.
  private boolean alike(int first, int last) {
    return first < last && prefixes[first] == prefixes[last];
  }

  long bytes() {
    return OBJECT_BYTES + 4L * ARRAY_BYTES + (16L + SEPARATOR_BYTES) * children.length;
  }
}
