package io.concordkv.base;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// An immutable run of bytes, ordered as unsigned bytes: the key and value type of the store.
///
/// A `Bytes` may be a window into a larger array, so a slice costs no copy. [#wrap(byte[])] takes
/// ownership: whoever wraps an array must never write to it again.
public final class Bytes implements Comparable<Bytes> {
  public static final Bytes EMPTY = new Bytes(new byte[0], 0, 0);

  private final byte[] array;
  private final int offset;
  private final int length;

  private Bytes(byte[] array, int offset, int length) {
    this.array = array;
    this.offset = offset;
    this.length = length;
  }

  /// Takes ownership of `array`.
  public static Bytes wrap(byte[] array) {
    return array.length == 0 ? EMPTY : new Bytes(array, 0, array.length);
  }

  /// Takes ownership of the `length` bytes of `array` from `offset` on.
  public static Bytes wrap(byte[] array, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, array.length);
    return length == 0 ? EMPTY : new Bytes(array, offset, length);
  }

  public static Bytes copyOf(byte[] array) {
    return wrap(array.clone());
  }

  /// Copies what remains of `buffer`; its position does not move.
  public static Bytes copyOf(ByteBuffer buffer) {
    var copy = new byte[buffer.remaining()];
    buffer.get(buffer.position(), copy);
    return wrap(copy);
  }

  /// The UTF-8 form of `text`.
  public static Bytes of(String text) {
    return wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  public int length() {
    return length;
  }

  public boolean isEmpty() {
    return length == 0;
  }

  public byte at(int index) {
    Objects.checkIndex(index, length);
    return array[offset + index];
  }

  /// The bytes from `from` (inclusive) to `to` (exclusive), sharing memory with this.
  public Bytes slice(int from, int to) {
    Objects.checkFromToIndex(from, to, length);
    return from == to ? EMPTY : new Bytes(array, offset + from, to - from);
  }

  public Bytes slice(int from) {
    return slice(from, length);
  }

  public Bytes plus(Bytes tail) {
    var joined = Arrays.copyOfRange(array, offset, offset + length + tail.length);
    System.arraycopy(tail.array, tail.offset, joined, length, tail.length);
    return wrap(joined);
  }

  /// The smallest key above every key that starts with this, or null where there is none (this is
  /// empty or all 0xFF).
  public @Nullable Bytes prefixEnd() {
    for (int last = length - 1; last >= 0; last--) {
      if (at(last) != (byte) 0xFF) {
        var end = Arrays.copyOfRange(array, offset, offset + last + 1);
        end[last]++;
        return wrap(end);
      }
    }
    return null;
  }

  /// The smallest key above this one: this with a zero byte behind it.
  public Bytes successor() {
    return wrap(Arrays.copyOf(toArray(), length + 1));
  }

  public boolean startsWith(Bytes prefix) {
    return length >= prefix.length
        && Arrays.equals(
            array,
            offset,
            offset + prefix.length,
            prefix.array,
            prefix.offset,
            prefix.offset + prefix.length);
  }

  /// This, or a copy if it is a small window into a large array: what is kept for long must not
  /// keep the message alive from which it was cut.
  public Bytes detached() {
    return array.length > 2 * length + 64 ? wrap(toArray()) : this;
  }

  public byte[] toArray() {
    return Arrays.copyOfRange(array, offset, offset + length);
  }

  public void copyTo(byte[] target, int targetOffset) {
    System.arraycopy(array, offset, target, targetOffset, length);
  }

  public void copyTo(ByteBuffer target) {
    target.put(array, offset, length);
  }

  /// A read-only view for reading without a copy.
  public ByteBuffer toByteBuffer() {
    return ByteBuffer.wrap(array, offset, length).slice().asReadOnlyBuffer();
  }

  /// Where the bytes lie, for codecs that must not copy. Never write to it.
  public byte[] sharedArray() {
    return array;
  }

  /// Where in [#sharedArray()] the first byte lies.
  public int sharedOffset() {
    return offset;
  }

  public String toUtf8() {
    return new String(array, offset, length, StandardCharsets.UTF_8);
  }

  @Override
  public int compareTo(Bytes other) {
    return Arrays.compareUnsigned(
        array, offset, offset + length, other.array, other.offset, other.offset + other.length);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Bytes that
        && Arrays.equals(
            array, offset, offset + length, that.array, that.offset, that.offset + that.length);
  }

  @Override
  public int hashCode() {
    int hash = 1;
    for (int i = offset; i < offset + length; i++) {
      hash = 31 * hash + array[i];
    }
    return hash;
  }

  /// Printable text as it is, anything else in hex.
  @Override
  public String toString() {
    for (int i = offset; i < offset + length; i++) {
      if (array[i] < 0x20 || array[i] == 0x7F) {
        return "0x" + HexFormat.of().formatHex(array, offset, offset + length);
      }
    }
    return new String(array, offset, length, StandardCharsets.US_ASCII);
  }
}
