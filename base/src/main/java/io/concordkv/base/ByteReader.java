package io.concordkv.base;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/// Reads what a [ByteWriter] wrote. Input that ends too early or holds a senseless length is a
/// [CorruptionError]: whoever reads from outside the node checks a CRC first.
public final class ByteReader {
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private final byte[] array;
  private final int start;
  private final int end;
  private int position;

  public ByteReader(Bytes bytes) {
    array = bytes.sharedArray();
    start = bytes.sharedOffset();
    position = start;
    end = start + bytes.length();
  }

  public int u8() {
    need(1);
    return array[position++] & 0xFF;
  }

  public int u16() {
    return u8() << 8 | u8();
  }

  public int u32() {
    need(4);
    int value = (int) INT.get(array, position);
    position += 4;
    return value;
  }

  public long u64() {
    need(8);
    long value = (long) LONG.get(array, position);
    position += 8;
    return value;
  }

  public boolean flag() {
    int value = u8();
    if (value > 1) {
      throw damaged("a flag is 0 or 1, not " + value);
    }
    return value == 1;
  }

  public long varint() {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      int next = u8();
      value |= (long) (next & 0x7F) << shift;
      if (next < 0x80) {
        if (shift == 63 && next > 1) {
          break;
        }
        return value;
      }
    }
    throw damaged("a varint has more than 64 bits");
  }

  /// A varint that counts bytes or items still to come, so it cannot exceed what remains.
  public int length() {
    long value = varint();
    if (value < 0 || value > remaining()) {
      throw damaged("a length of " + value + " with " + remaining() + " bytes left");
    }
    return (int) value;
  }

  /// The next `length` bytes, sharing memory with the input.
  public Bytes raw(int length) {
    need(length);
    var bytes = Bytes.wrap(array, position, length);
    position += length;
    return bytes;
  }

  public Bytes bytes() {
    return raw(length());
  }

  public String text() {
    return bytes().toUtf8();
  }

  public <T> List<T> list(Function<ByteReader, T> read) {
    int count = length();
    var items = new ArrayList<T>(count);
    for (int i = 0; i < count; i++) {
      items.add(read.apply(this));
    }
    return items;
  }

  /// Everything that is left.
  public Bytes rest() {
    return raw(remaining());
  }

  public int remaining() {
    return end - position;
  }

  public int position() {
    return position - start;
  }

  /// Fails unless everything was read: trailing bytes mean that writer and reader disagree.
  public void end() {
    if (position != end) {
      throw damaged(remaining() + " bytes too many");
    }
  }

  private void need(int count) {
    if (count < 0 || end - position < count) {
      throw damaged("needs " + count + " bytes, has " + remaining());
    }
  }

  private CorruptionError damaged(String why) {
    return new CorruptionError("damaged record at byte " + position() + ": " + why);
  }
}
