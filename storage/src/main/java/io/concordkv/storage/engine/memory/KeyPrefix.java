package io.concordkv.storage.engine.memory;

import io.concordkv.base.Bytes;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// The first eight bytes of a key as a number that orders as they do. Most comparisons end there,
/// without a look at the key itself, which may be a cache miss away. Equal prefixes say nothing:
/// then the keys are compared.
public final class KeyPrefix {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private KeyPrefix() {}

  public static long of(Bytes key) {
    return of(key.sharedArray(), key.sharedOffset(), key.length());
  }

  /// Compare as signed numbers.
  public static long of(byte[] array, int offset, int length) {
    if (length >= Long.BYTES) {
      return (long) LONG.get(array, offset) ^ Long.MIN_VALUE;
    }
    long prefix = 0;
    for (int i = 0; i < length; i++) {
      prefix |= (array[offset + i] & 0xFFL) << (56 - 8 * i);
    }
    return prefix ^ Long.MIN_VALUE;
  }
}
