package io.concordkv.storage.engine.hash;

import io.concordkv.base.Bytes;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// A hash of 64 bits of which every bit is good: each word is folded in by the two halves of a
/// product of 128 bits. It has no secret: who may choose all keys can make a table slow, and an
/// ordered engine has no such weakness.
final class KeyHash {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long SEED = 0x9E3779B97F4A7C15L;
  private static final long FACTOR = 0xD6E8FEB86659FD93L;

  private KeyHash() {}

  static long of(Bytes key) {
    byte[] array = key.sharedArray();
    int at = key.sharedOffset();
    int end = at + key.length();
    long hash = SEED ^ key.length();
    for (; end - at >= Long.BYTES; at += Long.BYTES) {
      hash = fold(hash ^ (long) LONG.get(array, at), FACTOR);
    }
    long rest = 0;
    for (int shift = 0; at < end; at++, shift += 8) {
      rest |= (array[at] & 0xFFL) << shift;
    }
    return fold(hash ^ rest, SEED);
  }

  private static long fold(long left, long right) {
    return (left * right) ^ Math.unsignedMultiplyHigh(left, right) ^ left;
  }
}
