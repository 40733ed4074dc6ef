package io.concordkv.base;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;

/// Builds a run of bytes. Integers are big-endian; lengths and counts are varints (LEB128, at most
/// ten bytes). Read back by [ByteReader].
public final class ByteWriter {
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private byte[] array;
  private int size;

  public ByteWriter() {
    this(64);
  }

  public ByteWriter(int capacity) {
    array = new byte[capacity];
  }

  public ByteWriter u8(int value) {
    reserve(1);
    array[size++] = (byte) value;
    return this;
  }

  public ByteWriter u16(int value) {
    return u8(value >>> 8).u8(value);
  }

  public ByteWriter u32(int value) {
    reserve(4);
    INT.set(array, size, value);
    size += 4;
    return this;
  }

  public ByteWriter u64(long value) {
    reserve(8);
    LONG.set(array, size, value);
    size += 8;
    return this;
  }

  public ByteWriter flag(boolean value) {
    return u8(value ? 1 : 0);
  }

  /// Small numbers in few bytes; a negative one takes ten.
  public ByteWriter varint(long value) {
    reserve(10);
    while ((value & ~0x7FL) != 0) {
      array[size++] = (byte) (value | 0x80);
      value >>>= 7;
    }
    array[size++] = (byte) value;
    return this;
  }

  /// The bytes themselves, without a length.
  public ByteWriter raw(Bytes bytes) {
    reserve(bytes.length());
    bytes.copyTo(array, size);
    size += bytes.length();
    return this;
  }

  /// A varint length, then the bytes.
  public ByteWriter bytes(Bytes bytes) {
    return varint(bytes.length()).raw(bytes);
  }

  public ByteWriter text(String text) {
    return bytes(Bytes.wrap(text.getBytes(StandardCharsets.UTF_8)));
  }

  /// A varint count, then each item as `write` writes it.
  public <T> ByteWriter list(List<T> items, BiConsumer<ByteWriter, T> write) {
    varint(items.size());
    for (var item : items) {
      write.accept(this, item);
    }
    return this;
  }

  public int size() {
    return size;
  }

  /// Overwrites four bytes written before: for a length or checksum that is known only at the end.
  public void patchU32(int position, int value) {
    Check.that(position >= 0 && position + 4 <= size, "a patch lies within what was written");
    INT.set(array, position, value);
  }

  /// The CRC32C of what was written from `from` on.
  public int crc(int from) {
    return Crc32c.of(array, from, size - from);
  }

  /// What was written so far. The writer may go on; what it returned stays as it is.
  public Bytes toBytes() {
    return Bytes.wrap(Arrays.copyOf(array, size));
  }

  /// What was written, without a copy. The writer must not be used again.
  public Bytes finish() {
    return Bytes.wrap(array, 0, size);
  }

  /// Forgets what was written, so that the memory can be used again (only if it was taken out with
  /// [#toBytes()]).
  public void clear() {
    size = 0;
  }

  private void reserve(int more) {
    if (array.length - size < more) {
      array = Arrays.copyOf(array, Math.max(array.length * 2, size + more));
    }
  }
}
