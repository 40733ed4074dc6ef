package io.concordkv.base;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/// The checksum of every format here: CRC-32C (Castagnoli), computed by the processor.
public final class Crc32c {
  private Crc32c() {}

  public static int of(Bytes bytes) {
    return of(bytes.sharedArray(), bytes.sharedOffset(), bytes.length());
  }

  public static int of(byte[] array, int offset, int length) {
    var crc = new CRC32C();
    crc.update(array, offset, length);
    return (int) crc.getValue();
  }

  /// Of what remains of `buffer`; its position does not move.
  public static int of(ByteBuffer buffer) {
    var crc = new CRC32C();
    crc.update(buffer.duplicate());
    return (int) crc.getValue();
  }
}
