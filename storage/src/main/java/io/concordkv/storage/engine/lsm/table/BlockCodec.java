package io.concordkv.storage.engine.lsm.table;

import io.airlift.compress.v3.MalformedInputException;
import io.concordkv.base.Bytes;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import net.jpountz.lz4.LZ4Exception;
import org.jspecify.annotations.Nullable;

/// Packs blocks for the file and unpacks them: compressed if that pays, always with a checksum.
/// Packing is for one thread at a time.
final class BlockCodec {
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

  private final Compression compression;
  private final Compression.@Nullable Packer packer;

  /// @param compression of blocks that may be compressed
  BlockCodec(Compression compression) {
    this.compression = compression;
    this.packer = compression.packer();
  }

  /// `block` as it stands in the file of `table` at `position`, trailer included.
  ByteBuffer pack(Bytes block, boolean compress, long table, long position) {
    int length = block.length();
    if (compress && packer != null) {
      var stored = new byte[4 + packer.mostOf(length) + TableFormat.TRAILER_BYTES];
      int body = 4 + packer.pack(block.sharedArray(), block.sharedOffset(), length, stored, 4);
      if (body <= length - length / 8) {
        INT.set(stored, 0, length);
        return trailer(stored, body, compression, table, position);
      }
    }
    var stored = new byte[length + TableFormat.TRAILER_BYTES];
    block.copyTo(stored, 0);
    return trailer(stored, length, Compression.NONE, table, position);
  }

  private static ByteBuffer trailer(
      byte[] stored, int body, Compression type, long table, long position) {
    stored[body] = (byte) type.code;
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
    var compression = Compression.of(stored[body]);
    if (compression == null) {
      return null;
    }
    return compression == Compression.NONE
        ? Arrays.copyOf(stored, body)
        : decompress(compression, stored, body);
  }

  private static byte @Nullable [] decompress(Compression compression, byte[] stored, int body) {
    if (body < 4) {
      return null;
    }
    int length = (int) INT.get(stored, 0);
    if (length < 0 || length / compression.mostFromAByte > body) {
      return null;
    }
    try {
      long said = compression.unpackedBytes(stored, 4, body - 4);
      if (said >= 0 && said != length) {
        return null;
      }
      var data = new byte[length];
      return compression.unpack(stored, 4, body - 4, data) == length ? data : null;
    } catch (LZ4Exception
        | MalformedInputException
        | IllegalArgumentException
        | IndexOutOfBoundsException damaged) {
      return null;
    }
  }
}
