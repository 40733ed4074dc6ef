package io.concordkv.storage.engine.memory;

import io.concordkv.base.Bytes;
import java.util.Arrays;

/// A pair as it lies in an array: the lengths of key and value as varints, then their bytes. What
/// was written is never changed, so keys and values are handed out as windows.
public final class PackedPair {
  private PackedPair() {}

  /// What a pair takes.
  public static int size(int keyLength, int valueLength) {
    return varintSize(keyLength) + varintSize(valueLength) + keyLength + valueLength;
  }

  /// What the pair at `at` takes.
  public static int size(byte[] array, int at) {
    int keyLength = length(array, at);
    return size(keyLength, length(array, at + varintSize(keyLength)));
  }

  /// Returns where it ends.
  public static int write(byte[] array, int at, Bytes key, Bytes value) {
    int next = writeVarint(array, writeVarint(array, at, key.length()), value.length());
    key.copyTo(array, next);
    value.copyTo(array, next + key.length());
    return next + key.length() + value.length();
  }

  public static Bytes key(byte[] array, int at) {
    int keyLength = length(array, at);
    int next = at + varintSize(keyLength);
    return Bytes.wrap(array, next + varintSize(length(array, next)), keyLength);
  }

  public static Bytes value(byte[] array, int at) {
    int keyLength = length(array, at);
    int next = at + varintSize(keyLength);
    int valueLength = length(array, next);
    return Bytes.wrap(array, next + varintSize(valueLength) + keyLength, valueLength);
  }

  /// How the key of the pair at `at` compares with `key`.
  public static int compareKey(byte[] array, int at, Bytes key) {
    int keyLength = length(array, at);
    int next = at + varintSize(keyLength);
    int start = next + varintSize(length(array, next));
    int from = key.sharedOffset();
    return Arrays.compareUnsigned(
        array, start, start + keyLength, key.sharedArray(), from, from + key.length());
  }

  public static boolean hasKey(byte[] array, int at, Bytes key) {
    int keyLength = length(array, at);
    if (keyLength != key.length()) {
      return false;
    }
    int next = at + varintSize(keyLength);
    int start = next + varintSize(length(array, next));
    int from = key.sharedOffset();
    return Arrays.equals(
        array, start, start + keyLength, key.sharedArray(), from, from + keyLength);
  }

  private static int length(byte[] array, int at) {
    int first = array[at];
    if (first >= 0) {
      return first;
    }
    int length = first & 0x7F;
    for (int shift = 7; ; shift += 7) {
      int next = array[++at];
      length |= (next & 0x7F) << shift;
      if (next >= 0) {
        return length;
      }
    }
  }

  private static int writeVarint(byte[] array, int at, int value) {
    int rest = value;
    int next = at;
    while (rest > 0x7F) {
      array[next++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    array[next++] = (byte) rest;
    return next;
  }

  private static int varintSize(int value) {
    return value < 1 << 7 ? 1 : value < 1 << 14 ? 2 : value < 1 << 21 ? 3 : value < 1 << 28 ? 4 : 5;
  }
}
