package io.concordkv.storage.engine.bplustree;

import static io.concordkv.storage.engine.bplustree.PageFormat.ENTRY_BYTES;
import static io.concordkv.storage.engine.bplustree.PageFormat.HEADER_BYTES;
import static io.concordkv.storage.engine.bplustree.PageFormat.HEAD_BYTES;

import io.concordkv.base.Bytes;
import io.concordkv.base.Check;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// A page as it lies in the file, checked. It never changes, so any thread may read it. The bytes
/// are what a cache keeps; this is only how they are looked at.
///
/// The keys' heads stand side by side in key order, each with the place of its cell: a search
/// touches few lines of memory, and the cells only where two heads are equal.
final class Page {
  final byte[] data;
  final long place;
  final long generation;
  final int type;
  final int level;
  final int count;
  private final int prefix;
  private final int entries;
  private final int children;

  /// `data` is exactly the page.
  Page(byte[] data, long place) {
    this.data = data;
    this.place = place;
    generation = (long) PageFormat.LONG.get(data, PageFormat.GENERATION_AT);
    type = data[PageFormat.TYPE_AT];
    level = data[PageFormat.LEVEL_AT];
    count = (int) PageFormat.INT.get(data, PageFormat.COUNT_AT);
    prefix = (int) PageFormat.INT.get(data, PageFormat.PREFIX_AT);
    entries = HEADER_BYTES + prefix;
    children = entries + ENTRY_BYTES * count;
  }

  /// Whether it is made as a page of its type is made, so that nothing that is read of it lies
  /// outside. The order of its keys is not looked at.
  ///
  /// A checksum says only that the bytes are those that somebody wrote, so this is asked of each
  /// page that comes from the file, once.
  boolean isWhole() {
    return switch (type) {
      case PageFormat.LEAF -> level == 0 && hasCells();
      case PageFormat.BRANCH -> level > 0 && hasCells();
      case PageFormat.LARGE -> level == 0 && count == 0;
      case PageFormat.SPACE -> level == 0 && data.length - HEADER_BYTES == 8L * count;
      default -> false;
    };
  }

  private boolean hasCells() {
    long fixed = isLeaf() ? ENTRY_BYTES : ENTRY_BYTES + PageFormat.REFERENCE_BYTES;
    long cells = HEADER_BYTES + (long) prefix + fixed * count;
    if (count < 1 || prefix < 0 || cells > data.length) {
      return false;
    }
    for (int i = 0; i < count; i++) {
      if (slot(i) < cells || !isCellWhole(slot(i))) {
        return false;
      }
    }
    return true;
  }

  private boolean isCellWhole(int at) {
    int behind = PageFormat.varintEnd(data, at);
    int valueBytes = 0;
    if (isLeaf() && behind > 0) {
      int codeAt = behind;
      behind = PageFormat.varintEnd(data, codeAt);
      int code = behind < 0 ? 0 : PageFormat.value(PageFormat.varint(data, codeAt));
      valueBytes = (code & 1) != 0 ? PageFormat.REFERENCE_BYTES : code >>> 1;
    }
    if (behind < 0) {
      return false;
    }
    int length = PageFormat.value(PageFormat.varint(data, at)) - prefix;
    long tail = Math.max(0, length - HEAD_BYTES);
    return length >= 0 && behind + tail + valueBytes <= data.length;
  }

  /// Whether it is what a reference leads to: a page of the tree on this level, or one of the
  /// [PageFormat]'s kinds of other pages.
  boolean is(int kind) {
    return switch (kind) {
      case PageFormat.ON_ANY_LEVEL -> type == PageFormat.LEAF || type == PageFormat.BRANCH;
      case PageFormat.OF_A_VALUE -> type == PageFormat.LARGE;
      case PageFormat.OF_UNITS -> type == PageFormat.SPACE;
      default -> level == kind && (type == PageFormat.LEAF || type == PageFormat.BRANCH);
    };
  }

  boolean isLeaf() {
    return level == 0;
  }

  /// The index of `key`, or `-(i + 1)` if it would stand at `i`.
  int find(Bytes key) {
    byte[] array = key.sharedArray();
    int from = key.sharedOffset();
    int length = key.length();
    if (prefix > 0) {
      int order = comparePrefix(array, from, length);
      if (order != 0) {
        return order < 0 ? -1 : -count - 1;
      }
    }
    long head = head(array, from + prefix, length - prefix) ^ Long.MIN_VALUE;
    int low = 0;
    int high = count;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (headAt(middle) < head) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    if (low == count || headAt(low) != head) {
      return -low - 1;
    }
    return findBehindHead(low, head, array, from, length);
  }

  /// As [#find], among the keys from `first` on with the same head.
  private int findBehindHead(int first, long head, byte[] array, int from, int length) {
    int low = first;
    int high = first + 1;
    while (high < count && headAt(high) == head) {
      high++;
    }
    while (low < high) {
      int middle = (low + high) >>> 1;
      int order = compareBehindHead(middle, array, from, length);
      if (order == 0) {
        return middle;
      }
      if (order < 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return -low - 1;
  }

  /// Of a branch: the child in which `key` belongs.
  int childFor(Bytes key) {
    int found = find(key);
    return found >= 0 ? found : Math.max(0, -found - 2);
  }

  long childPlace(int index) {
    return (long) PageFormat.LONG.get(data, children + PageFormat.REFERENCE_BYTES * index);
  }

  long childGeneration(int index) {
    return (long) PageFormat.LONG.get(data, children + PageFormat.REFERENCE_BYTES * index + 8);
  }

  int keyLength(int index) {
    return PageFormat.value(PageFormat.varint(data, slot(index)));
  }

  Bytes key(int index) {
    var key = new byte[keyLength(index)];
    copyKey(index, key, 0);
    return Bytes.wrap(key);
  }

  /// Puts the key into `target`, which has room for it.
  void copyKey(int index, byte[] target, int at) {
    int length = keyLength(index);
    System.arraycopy(data, HEADER_BYTES, target, at, Math.min(prefix, length));
    int inHead = Math.min(HEAD_BYTES, length - prefix);
    System.arraycopy(data, entries + ENTRY_BYTES * index, target, at + prefix, inHead);
    int tail = length - prefix - HEAD_BYTES;
    if (tail > 0) {
      System.arraycopy(data, tailAt(index), target, at + prefix + HEAD_BYTES, tail);
    }
  }

  /// Whether a leaf's value lies in a page of its own, and [#valueAt] is the reference to it.
  boolean isLarge(int index) {
    return (PageFormat.value(valueVarint(index)) & 1) != 0;
  }

  int valueLength(int index) {
    return PageFormat.value(valueVarint(index)) >>> 1;
  }

  int valueAt(int index) {
    long length = PageFormat.varint(data, slot(index));
    int behind = PageFormat.behind(PageFormat.varint(data, PageFormat.behind(length)));
    return behind + Math.max(0, PageFormat.value(length) - prefix - HEAD_BYTES);
  }

  /// A copy of a value that lies in the leaf; null if it is large.
  @Nullable Bytes smallValue(int index) {
    long length = PageFormat.varint(data, slot(index));
    long code = PageFormat.varint(data, PageFormat.behind(length));
    if ((PageFormat.value(code) & 1) != 0) {
      return null;
    }
    int tail = Math.max(0, PageFormat.value(length) - prefix - HEAD_BYTES);
    int at = PageFormat.behind(code) + tail;
    return Bytes.wrap(Arrays.copyOfRange(data, at, at + (PageFormat.value(code) >>> 1)));
  }

  /// Of a large value: where it lies.
  long largePlace(int index) {
    return (long) PageFormat.LONG.get(data, valueAt(index));
  }

  long largeGeneration(int index) {
    return (long) PageFormat.LONG.get(data, valueAt(index) + 8);
  }

  /// Of a page with a large value: the value.
  Bytes content() {
    Check.that(type == PageFormat.LARGE, "only a large value is the content of its page");
    return Bytes.wrap(data, HEADER_BYTES, data.length - HEADER_BYTES);
  }

  private long valueVarint(int index) {
    return PageFormat.varint(data, PageFormat.behind(PageFormat.varint(data, slot(index))));
  }

  private int tailAt(int index) {
    int behind = PageFormat.behind(PageFormat.varint(data, slot(index)));
    return isLeaf() ? PageFormat.behind(PageFormat.varint(data, behind)) : behind;
  }

  private int slot(int index) {
    return (int) PageFormat.INT.get(data, entries + ENTRY_BYTES * index + HEAD_BYTES);
  }

  /// Moved so that comparing with a sign compares without.
  private long headAt(int index) {
    return (long) PageFormat.LONG.get(data, entries + ENTRY_BYTES * index) ^ Long.MIN_VALUE;
  }

  private int comparePrefix(byte[] array, int from, int length) {
    int shared = Math.min(prefix, length);
    int order =
        Arrays.compareUnsigned(
            array, from, from + shared, data, HEADER_BYTES, HEADER_BYTES + shared);
    return order == 0 && shared < prefix ? -1 : order;
  }

  /// How the key at `index` stands to one with the same head. Of two keys of which one ends within
  /// its head the shorter is the lower, since the head is filled up with zeros.
  private int compareBehindHead(int index, byte[] array, int from, int length) {
    int here = keyLength(index) - prefix;
    int there = length - prefix;
    if (here <= HEAD_BYTES || there <= HEAD_BYTES) {
      return Integer.compare(here, there);
    }
    int tail = tailAt(index);
    return Arrays.compareUnsigned(
        data, tail, tail + here - HEAD_BYTES, array, from + prefix + HEAD_BYTES, from + length);
  }

  /// The first eight of `length` bytes, filled up with zeros.
  static long head(byte[] array, int from, int length) {
    if (length >= HEAD_BYTES) {
      return (long) PageFormat.LONG.get(array, from);
    }
    long head = 0;
    for (int i = 0; i < length; i++) {
      head |= (array[from + i] & 0xFFL) << (56 - 8 * i);
    }
    return head;
  }
}
