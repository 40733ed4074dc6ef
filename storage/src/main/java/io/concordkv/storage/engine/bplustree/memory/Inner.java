package io.concordkv.storage.engine.bplustree.memory;

import io.concordkv.base.Bytes;
import io.concordkv.storage.engine.memory.KeyPrefix;
import java.util.Arrays;

/// A page of pages. Child `i` has the keys from separator `i` (inclusive) to separator `i + 1`; the
/// first separator is not looked at. The prefixes are of what follows the bytes that the separators
/// have in common, as in a [Leaf].
final class Inner extends Page {
  private static final byte[] NONE = new byte[0];

  private final Page[] children;
  private final Bytes[] separators;
  private final long[] prefixes;
  private byte[] common = NONE;
  private int size;

  Inner(long born, int order) {
    super(born);
    children = new Page[order + 1];
    separators = new Bytes[order + 1];
    prefixes = new long[order + 1];
  }

  @Override
  Inner copy(long now) {
    var copy = new Inner(now, children.length - 1);
    copy.take(this, 0, size);
    return copy;
  }

  @Override
  int size() {
    return size;
  }

  Page child(int at) {
    return children[at];
  }

  Bytes separator(int at) {
    return separators[at];
  }

  void setChild(int at, Page child) {
    children[at] = child;
  }

  void setSeparator(int at, Bytes separator) {
    separators[at] = separator;
    if (at > 0 && KeyPrefix.compareStart(common, separator) != 0) {
      share(KeyPrefix.common(Bytes.wrap(common), separator), separator);
    }
    // The first one is not looked at: it counts as the lowest.
    prefixes[at] = at == 0 ? Long.MIN_VALUE : KeyPrefix.of(separator, common.length);
  }

  /// The child in which `key` is or belongs.
  int find(Bytes key) {
    int side = KeyPrefix.compareStart(common, key);
    if (side != 0) {
      return side < 0 ? 0 : size - 1;
    }
    long prefix = KeyPrefix.of(key, common.length);
    int low = Math.max(0, KeyPrefix.below(prefixes, size, prefix) - 1);
    int high = low;
    while (high + 1 < size && prefixes[high + 1] == prefix) {
      high++;
    }
    // Mostly the prefixes differ, and this is one child.
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (separators[middle].compareTo(key) <= 0) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  void insert(int at, Bytes separator, Page child) {
    System.arraycopy(children, at, children, at + 1, size - at);
    System.arraycopy(separators, at, separators, at + 1, size - at);
    System.arraycopy(prefixes, at, prefixes, at + 1, size - at);
    children[at] = child;
    size++;
    setSeparator(at, separator);
  }

  void remove(int at) {
    System.arraycopy(children, at + 1, children, at, size - at - 1);
    System.arraycopy(separators, at + 1, separators, at, size - at - 1);
    System.arraycopy(prefixes, at + 1, prefixes, at, size - at - 1);
    cut(size - 1);
  }

  /// Appends the children from `from` to `to` of `other`.
  void take(Inner other, int from, int to) {
    System.arraycopy(other.children, from, children, size, to - from);
    System.arraycopy(other.separators, from, separators, size, to - from);
    System.arraycopy(other.prefixes, from, prefixes, size, to - from);
    size += to - from;
    prefixes[0] = Long.MIN_VALUE;
    if (size > 1) {
      share(KeyPrefix.common(separators[1], separators[size - 1]), separators[1]);
    }
  }

  /// Makes the first `length` bytes of `separator` those in common.
  private void share(int length, Bytes separator) {
    common = length == 0 ? NONE : separator.slice(0, length).toArray();
    for (int i = 1; i < size; i++) {
      prefixes[i] = KeyPrefix.of(separators[i], length);
    }
  }

  /// Forgets all children from `from` on.
  void cut(int from) {
    Arrays.fill(children, from, size, null);
    Arrays.fill(separators, from, size, null);
    size = from;
  }

  long bytes() {
    return 64 + 64L * children.length;
  }
}
