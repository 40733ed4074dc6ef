package io.concordkv.storage.engine.bplustree;

import static io.concordkv.storage.engine.bplustree.PageFormat.ENTRY_BYTES;
import static io.concordkv.storage.engine.bplustree.PageFormat.HEADER_BYTES;
import static io.concordkv.storage.engine.bplustree.PageFormat.HEAD_BYTES;
import static io.concordkv.storage.engine.bplustree.PageFormat.REFERENCE_BYTES;

import io.concordkv.base.Bytes;
import java.util.Arrays;

/// Cells in key order that wait to become pages of one level, flat in one array. Of a leaf: key and
/// value, or the reference to a large one; of a branch: the lowest key of a child and its
/// reference.
final class Cells {
  private static final int LARGE = 1 << 31;

  private final boolean leaf;
  private byte[] bytes = new byte[4096];
  private int size;
  private int[] keyAt = new int[64];
  private int[] keyLength = new int[64];

  /// The highest bit says that the value is large.
  private int[] valueLength = new int[64];

  private int count;
  private long roughBytes;

  /// Below so many rough bytes it is in vain to look whether there is enough for some pages.
  long drainAt;

  Cells(boolean leaf) {
    this.leaf = leaf;
  }

  int count() {
    return count;
  }

  /// What the cells take in pages without anything in common, at most.
  long roughBytes() {
    return roughBytes;
  }

  void add(Bytes key, Bytes value) {
    begin(key.length(), value.length(), false);
    key.copyTo(bytes, keyAt[count]);
    value.copyTo(bytes, valueAt(count));
    end();
  }

  /// Adds a pair whose value, `length` bytes, lies in a page of its own.
  void addLarge(Bytes key, int length, long place, long generation) {
    begin(key.length(), length, true);
    key.copyTo(bytes, keyAt[count]);
    reference(place, generation);
  }

  void addChild(Bytes low, long place, long generation) {
    begin(low.length(), REFERENCE_BYTES, false);
    low.copyTo(bytes, keyAt[count]);
    reference(place, generation);
  }

  /// Adds a cell as it is in a page of this level.
  void add(Page page, int index) {
    if (leaf) {
      int length = page.valueLength(index);
      begin(page.keyLength(index), length, page.isLarge(index));
      page.copyKey(index, bytes, keyAt[count]);
      System.arraycopy(page.data, page.valueAt(index), bytes, valueAt(count), stored(count));
      end();
    } else {
      begin(page.keyLength(index), REFERENCE_BYTES, false);
      page.copyKey(index, bytes, keyAt[count]);
      reference(page.childPlace(index), page.childGeneration(index));
    }
  }

  /// Adds what `other` holds, a cell of the same kind for each of it.
  void addAll(Cells other) {
    for (int i = 0; i < other.count; i++) {
      begin(other.keyLength[i], other.valueLength[i] & ~LARGE, other.valueLength[i] < 0);
      int length = other.keyLength[i] + other.stored(i);
      System.arraycopy(other.bytes, other.keyAt[i], bytes, keyAt[count], length);
      end();
    }
  }

  Bytes key(int index) {
    return Bytes.wrap(Arrays.copyOfRange(bytes, keyAt[index], keyAt[index] + keyLength[index]));
  }

  long childPlace(int index) {
    return (long) PageFormat.LONG.get(bytes, valueAt(index));
  }

  long childGeneration(int index) {
    return (long) PageFormat.LONG.get(bytes, valueAt(index) + 8);
  }

  /// Gives the first cell another key.
  Cells withLow(Bytes low) {
    var changed = new Cells(leaf);
    changed.addChild(low, childPlace(0), childGeneration(0));
    for (int i = 1; i < count; i++) {
      changed.addChild(key(i), childPlace(i), childGeneration(i));
    }
    return changed;
  }

  void removeLast() {
    count--;
    size = keyAt[count];
    roughBytes -= cost(count, 0);
  }

  void removeFirst(int cells) {
    int cut = cells == count ? size : keyAt[cells];
    for (int i = 0; i < cells; i++) {
      roughBytes -= cost(i, 0);
    }
    System.arraycopy(bytes, cut, bytes, 0, size - cut);
    size -= cut;
    count -= cells;
    for (int i = 0; i < count; i++) {
      keyAt[i] = keyAt[i + cells] - cut;
      keyLength[i] = keyLength[i + cells];
      valueLength[i] = valueLength[i + cells];
    }
  }

  /// How many first bytes all keys from cell `from` to cell `to` (exclusive) have in common.
  int commonPrefix(int from, int to) {
    return to - from == 1 ? 0 : commonBytes(from, to - 1);
  }

  /// How many first bytes two keys have in common.
  int commonBytes(int one, int other) {
    int length = Math.min(keyLength[one], keyLength[other]);
    int differ =
        Arrays.mismatch(
            bytes, keyAt[one], keyAt[one] + length, bytes, keyAt[other], keyAt[other] + length);
    return differ < 0 ? length : differ;
  }

  /// What a cell takes in a page whose keys share `prefix` bytes.
  int cost(int index, int prefix) {
    int tail = Math.max(0, keyLength[index] - prefix - HEAD_BYTES);
    int fixed = ENTRY_BYTES + PageFormat.varintBytes(keyLength[index]) + tail;
    return fixed + stored(index) + (leaf ? PageFormat.varintBytes(valueInfo(index)) : 0);
  }

  /// A page with the cells from `from` to `to` (exclusive), without its header.
  byte[] page(int from, int to, int prefix) {
    int length = HEADER_BYTES + prefix;
    for (int i = from; i < to; i++) {
      length += cost(i, prefix);
    }
    var page = new byte[length];
    System.arraycopy(bytes, keyAt[from], page, HEADER_BYTES, prefix);
    int cells = to - from;
    int entries = HEADER_BYTES + prefix;
    int children = entries + ENTRY_BYTES * cells;
    int at = leaf ? children : children + REFERENCE_BYTES * cells;
    for (int i = from; i < to; i++) {
      int nth = i - from;
      int rest = keyLength[i] - prefix;
      long head = Page.head(bytes, keyAt[i] + prefix, rest);
      PageFormat.LONG.set(page, entries + ENTRY_BYTES * nth, head);
      PageFormat.INT.set(page, entries + ENTRY_BYTES * nth + HEAD_BYTES, at);
      at = PageFormat.putVarint(page, at, keyLength[i]);
      if (leaf) {
        at = PageFormat.putVarint(page, at, valueInfo(i));
      }
      int tail = Math.max(0, rest - HEAD_BYTES);
      System.arraycopy(bytes, keyAt[i] + keyLength[i] - tail, page, at, tail);
      at += tail;
      if (leaf) {
        System.arraycopy(bytes, valueAt(i), page, at, stored(i));
        at += stored(i);
      } else {
        PageFormat.LONG.set(page, children + REFERENCE_BYTES * nth, childPlace(i));
        PageFormat.LONG.set(page, children + REFERENCE_BYTES * nth + 8, childGeneration(i));
      }
    }
    return page;
  }

  private int valueInfo(int index) {
    return (valueLength[index] & ~LARGE) << 1 | valueLength[index] >>> 31;
  }

  private int valueAt(int index) {
    return keyAt[index] + keyLength[index];
  }

  private int stored(int index) {
    return valueLength[index] < 0 ? REFERENCE_BYTES : valueLength[index];
  }

  private void reference(long place, long generation) {
    PageFormat.LONG.set(bytes, valueAt(count), place);
    PageFormat.LONG.set(bytes, valueAt(count) + 8, generation);
    end();
  }

  private void begin(int key, int value, boolean large) {
    int room = size + key + (large ? REFERENCE_BYTES : value);
    if (room > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, room));
    }
    if (count == keyAt.length) {
      keyAt = Arrays.copyOf(keyAt, 2 * count);
      keyLength = Arrays.copyOf(keyLength, 2 * count);
      valueLength = Arrays.copyOf(valueLength, 2 * count);
    }
    keyAt[count] = size;
    keyLength[count] = key;
    valueLength[count] = large ? value | LARGE : value;
  }

  private void end() {
    size = valueAt(count) + stored(count);
    roughBytes += cost(count, 0);
    count++;
  }
}
