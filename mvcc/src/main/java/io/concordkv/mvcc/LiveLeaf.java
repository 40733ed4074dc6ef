package io.concordkv.mvcc;

import io.concordkv.base.Bytes;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Keys, each with five numbers, side by side in two arrays.
final class LiveLeaf extends LivePage {
  private static final int NUMBERS = 5;

  private final byte[][] keys;
  private final long[] numbers;

  LiveLeaf(long epoch) {
    this(epoch, new byte[CAPACITY][], new long[CAPACITY * NUMBERS], 0);
  }

  private LiveLeaf(long epoch, byte[][] keys, long[] numbers, int size) {
    super(epoch);
    this.keys = keys;
    this.numbers = numbers;
    this.size = size;
  }

  /// The slot of `key`, or where it would go as `-1 - slot`.
  int find(Bytes key) {
    int low = 0;
    int high = size - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int order = compare(keys[middle], key);
      if (order == 0) {
        return middle;
      }
      if (order < 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return -1 - low;
  }

  LiveEntry entry(int slot) {
    int at = slot * NUMBERS;
    return new LiveEntry(
        Bytes.wrap(keys[slot]),
        numbers[at],
        numbers[at + 1],
        (int) numbers[at + 2],
        numbers[at + 3],
        numbers[at + 4]);
  }

  byte[] key(int slot) {
    return keys[slot];
  }

  @Override
  LivePage owned(long epoch) {
    return this.epoch == epoch ? this : new LiveLeaf(epoch, keys.clone(), numbers.clone(), size);
  }

  @Override
  @Nullable LivePage put(LiveEntry entry, long epoch) {
    int slot = find(entry.key());
    if (slot >= 0) {
      set(slot, entry);
      return null;
    }
    slot = -1 - slot;
    if (size < CAPACITY) {
      insert(slot, entry);
      return null;
    }
    // Keys that come in order fill their pages: nothing is moved when the new one is the last.
    int keep = slot == size ? size : size / 2;
    var right = new LiveLeaf(epoch);
    right.size = size - keep;
    System.arraycopy(keys, keep, right.keys, 0, right.size);
    System.arraycopy(numbers, keep * NUMBERS, right.numbers, 0, right.size * NUMBERS);
    Arrays.fill(keys, keep, size, null);
    size = keep;
    if (slot <= keep && keep < CAPACITY) {
      insert(slot, entry);
    } else {
      right.insert(slot - keep, entry);
    }
    return right;
  }

  @Override
  void remove(Bytes key, long epoch) {
    int slot = find(key);
    size--;
    System.arraycopy(keys, slot + 1, keys, slot, size - slot);
    System.arraycopy(
        numbers, (slot + 1) * NUMBERS, numbers, slot * NUMBERS, (size - slot) * NUMBERS);
    keys[size] = null;
  }

  @Override
  void absorb(LivePage right, byte[] bound) {
    var leaf = (LiveLeaf) right;
    System.arraycopy(leaf.keys, 0, keys, size, leaf.size);
    System.arraycopy(leaf.numbers, 0, numbers, size * NUMBERS, leaf.size * NUMBERS);
    size += leaf.size;
  }

  @Override
  long count() {
    return size;
  }

  @Override
  byte[] least() {
    return keys[0];
  }

  private void insert(int slot, LiveEntry entry) {
    System.arraycopy(keys, slot, keys, slot + 1, size - slot);
    System.arraycopy(
        numbers, slot * NUMBERS, numbers, (slot + 1) * NUMBERS, (size - slot) * NUMBERS);
    // A copy, so that a key does not keep the whole request alive that it came in.
    keys[slot] = entry.key().toArray();
    size++;
    set(slot, entry);
  }

  private void set(int slot, LiveEntry entry) {
    int at = slot * NUMBERS;
    numbers[at] = entry.createRevision();
    numbers[at + 1] = entry.main();
    numbers[at + 2] = entry.sub();
    numbers[at + 3] = entry.version();
    numbers[at + 4] = entry.lease();
  }
}
