package io.concordkv.storage.engine.lsm.table;

import io.concordkv.base.Bytes;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import net.jpountz.lz4.LZ4Compressor;
import net.jpountz.lz4.LZ4Exception;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.lz4.LZ4SafeDecompressor;
import org.jspecify.annotations.Nullable;

/// Packs blocks for the file and unpacks them: compressed if that pays, always with a checksum.
final class BlockCodec {
  private static final LZ4Compressor COMPRESSOR = LZ4Factory.fastestInstance().fastCompressor();
  private static final LZ4SafeDecompressor DECOMPRESSOR =
      LZ4Factory.fastestInstance().safeDecompressor();

  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

  private BlockCodec() {}

  /// `block` as it stands in the file of `table` at `position`, trailer included.
  static ByteBuffer pack(Bytes block, boolean compress, long table, long position) {
    int length = block.length();
    byte[] stored;
    int body;
    if (compress) {
      stored = new byte[4 + COMPRESSOR.maxCompressedLength(length) + TableFormat.TRAILER_BYTES];
      body = 4 + COMPRESSOR.compress(block.sharedArray(), block.sharedOffset(), length, stored, 4);
      if (body <= length - length / 8) {
        INT.set(stored, 0, length);
        return trailer(stored, body, TableFormat.LZ4, table, position);
      }
    }
    stored = new byte[length + TableFormat.TRAILER_BYTES];
    block.copyTo(stored, 0);
    return trailer(stored, length, TableFormat.RAW, table, position);
  }

  private static ByteBuffer trailer(byte[] stored, int body, int type, long table, long position) {
    stored[body] = (byte) type;
    INT.set(stored, body + 1, TableFormat.crc(stored, 0, body + 1, table, position));
    return ByteBuffer.wrap(stored, 0, body + TableFormat.TRAILER_BYTES);
  }

  /// What `stored` holds, or null if it is damaged.
  static byte @Nullable [] unpack(byte[] stored, long table, long position) {
    int body = stored.length - TableFormat.TRAILER_BYTES;
    if (body < 0) {
      return null;
    }
    int crc = (int) INT.get(stored, body + 1);
    if (crc != TableFormat.crc(stored, 0, body + 1, table, position)) {
      return null;
    }
    return switch (stored[body]) {
      case TableFormat.RAW -> Arrays.copyOf(stored, body);
      case TableFormat.LZ4 -> decompress(stored, body);
      default -> null;
    };
  }

  private static byte @Nullable [] decompress(byte[] stored, int body) {
    if (body < 4) {
      return null;
    }
    int length = (int) INT.get(stored, 0);
    // LZ4 cannot do better than 255 to 1.
    if (length < 0 || length / 256 > body) {
      return null;
    }
    var data = new byte[length];
    try {
      int size = DECOMPRESSOR.decompress(stored, 4, body - 4, data, 0, length);
      return size == length ? data : null;
    } catch (LZ4Exception damaged) {
      return null;
    }
  }
}
