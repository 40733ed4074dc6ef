package io.concordkv.storage.engine.memory;

import io.concordkv.base.Bytes;
import java.util.Arrays;

/// References to pairs of a [PairHeap], in the order of their keys, with the keys' prefixes: arrays
/// that only the beginning of is used.
public final class SortedPairs {
  private SortedPairs() {}

  /// Where `key` is among the first `count`, or the complement of where it belongs.
  public static int find(
      long[] prefixes, long[] references, int count, byte[][] segments, Bytes key) {
    long prefix = KeyPrefix.of(key);
    int low = 0;
    int high = count - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      long other = prefixes[middle];
      int order =
          other == prefix
              ? PairHeap.compareKey(segments, references[middle], key)
              : Long.compare(other, prefix);
      if (order == 0) {
        return middle;
      } else if (order < 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return ~low;
  }

  /// Sorts what lies from `from` to `to`; equal keys stay in their order.
  public static void sort(long[] prefixes, long[] references, int from, int to, byte[][] segments) {
    int size = to - from;
    if (size < 2) {
      return;
    }
    long[] oldPrefixes = Arrays.copyOfRange(prefixes, from, to);
    long[] oldReferences = Arrays.copyOfRange(references, from, to);
    long[] newPrefixes = new long[size];
    long[] newReferences = new long[size];
    for (int width = 1; width < size; width *= 2) {
      for (int low = 0; low < size; low += 2 * width) {
        int middle = Math.min(low + width, size);
        int high = Math.min(low + 2 * width, size);
        int left = low;
        int right = middle;
        for (int i = low; i < high; i++) {
          boolean takesLeft =
              right == high
                  || (left < middle
                      && compare(oldPrefixes, oldReferences, left, right, segments) <= 0);
          int taken = takesLeft ? left++ : right++;
          newPrefixes[i] = oldPrefixes[taken];
          newReferences[i] = oldReferences[taken];
        }
      }
      long[] swapped = oldPrefixes;
      oldPrefixes = newPrefixes;
      newPrefixes = swapped;
      swapped = oldReferences;
      oldReferences = newReferences;
      newReferences = swapped;
    }
    System.arraycopy(oldPrefixes, 0, prefixes, from, size);
    System.arraycopy(oldReferences, 0, references, from, size);
  }

  static int compare(long[] prefixes, long[] references, int left, int right, byte[][] segments) {
    int order = Long.compare(prefixes[left], prefixes[right]);
    return order != 0
        ? order
        : PairHeap.compareKey(
            segments, references[left], PairHeap.key(segments, references[right]));
  }
}
