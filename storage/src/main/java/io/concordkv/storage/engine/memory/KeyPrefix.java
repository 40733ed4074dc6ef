package io.concordkv.storage.engine.memory;

import io.concordkv.base.Bytes;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/// The first eight bytes of a key as a number that orders as they do. Most comparisons end there,
/// without a look at the key itself, which may be a cache miss away. Equal prefixes say nothing:
/// then the keys are compared.
public final class KeyPrefix {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  /// How many prefixes a line of the cache has.
  private static final int LINE = 8;

  private KeyPrefix() {}

  public static long of(Bytes key) {
    return of(key.sharedArray(), key.sharedOffset(), key.length());
  }

  /// Of what follows the first `skipped` bytes, which the keys that are compared have in common; a
  /// key that is not that long goes on with zeros.
  public static long of(Bytes key, int skipped) {
    return of(key.sharedArray(), key.sharedOffset() + skipped, key.length() - skipped);
  }

  /// Whether `key` lies below (negative) or above (positive) all keys that begin with `common`; 0
  /// if it begins with it.
  public static int compareStart(byte[] common, Bytes key) {
    if (common.length == 0) {
      return 0;
    }
    int from = key.sharedOffset();
    int length = Math.min(key.length(), common.length);
    return Arrays.compareUnsigned(key.sharedArray(), from, from + length, common, 0, common.length);
  }

  /// How many bytes `left` and `right` have in common at their start.
  public static int common(Bytes left, Bytes right) {
    int from = left.sharedOffset();
    int other = right.sharedOffset();
    int found =
        Arrays.mismatch(
            left.sharedArray(),
            from,
            from + left.length(),
            right.sharedArray(),
            other,
            other + right.length());
    return found < 0 ? left.length() : found;
  }

  /// How many of the first `size` prefixes, which ascend, are below `prefix`.
  ///
  /// One of each line of the cache is looked at, whatever the others say: unlike the steps of a
  /// binary search their cache misses are waited for together, and no branch is guessed wrong.
  public static int below(long[] prefixes, int size, long prefix) {
    int below = 0;
    for (int i = LINE - 1; i < size; i += LINE) {
      below += prefixes[i] < prefix ? LINE : 0;
    }
    int end = Math.min(below + LINE, size);
    int more = 0;
    for (int i = below; i < end; i++) {
      more += prefixes[i] < prefix ? 1 : 0;
    }
    return below + more;
  }

  /// Compare as signed numbers.
  public static long of(byte[] array, int offset, int length) {
    if (length >= Long.BYTES) {
      return (long) LONG.get(array, offset) ^ Long.MIN_VALUE;
    }
    if (length <= 0) {
      return Long.MIN_VALUE;
    }
    if (offset + length >= Long.BYTES) {
      // What lies before it is shifted out.
      long last = (long) LONG.get(array, offset + length - Long.BYTES);
      return last << (Long.SIZE - Byte.SIZE * length) ^ Long.MIN_VALUE;
    }
    long prefix = 0;
    for (int i = 0; i < length; i++) {
      prefix |= (array[offset + i] & 0xFFL) << (56 - 8 * i);
    }
    return prefix ^ Long.MIN_VALUE;
  }
}
