package io.concordkv.storage.engine.lsm.table;

import io.airlift.compress.v3.Compressor;
import io.airlift.compress.v3.snappy.SnappyJavaCompressor;
import io.airlift.compress.v3.snappy.SnappyJavaDecompressor;
import io.airlift.compress.v3.zstd.ZstdJavaCompressor;
import io.airlift.compress.v3.zstd.ZstdJavaDecompressor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.ToLongFunction;
import net.jpountz.lz4.LZ4Compressor;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.lz4.LZ4SafeDecompressor;
import org.jspecify.annotations.Nullable;

/// How a block is made smaller.
///
/// LZ4 and Snappy cost about the same and save about the same; Zstd saves more, and costs a writer
/// several times as much and a reader a few times as much.
public enum Compression {
  NONE(0, 1),
  LZ4(1, 256),
  SNAPPY(2, 64),
  /// A block of one repeated byte is four bytes for 128 KiB.
  ZSTD(3, 1 << 17);

  private static final LZ4Compressor LZ4_PACKER = LZ4Factory.fastestInstance().fastCompressor();
  private static final LZ4SafeDecompressor LZ4_UNPACKER =
      LZ4Factory.fastestInstance().safeDecompressor();

  /// An unpacker has buffers that are larger than a block and is for one thread at a time, so the
  /// last one is kept for whoever comes next.
  private static final AtomicReference<@Nullable ZstdJavaDecompressor> ZSTD_SPARE =
      new AtomicReference<>();

  private static final Compression[] BY_CODE = values();

  final int code;

  /// No byte of what is stored stands for more bytes than this.
  final int mostFromAByte;

  Compression(int code, int mostFromAByte) {
    this.code = code;
    this.mostFromAByte = mostFromAByte;
  }

  /// Makes blocks smaller, for one thread at a time.
  interface Packer {
    /// No `length` bytes become more than this.
    int mostOf(int length);

    /// @return how many bytes of `target` from `at` on it takes
    int pack(byte[] source, int offset, int length, byte[] target, int at);
  }

  /// Null for [#NONE].
  @Nullable Packer packer() {
    return switch (this) {
      case NONE -> null;
      case LZ4 -> packer(LZ4_PACKER);
      case SNAPPY -> packer(new SnappyJavaCompressor());
      case ZSTD -> packer(new ZstdJavaCompressor());
    };
  }

  /// Null if no blocks have this code.
  static @Nullable Compression of(int code) {
    return code >= 0 && code < BY_CODE.length ? BY_CODE[code] : null;
  }

  /// Unpacks into the whole of `target`.
  ///
  /// @return how many bytes it was
  /// @throws RuntimeException if the bytes are none that [#packer()] makes, or do not fit
  int unpack(byte[] source, int offset, int length, byte[] target) {
    return switch (this) {
      case NONE -> throw new IllegalStateException("what is stored as it is is not unpacked");
      case LZ4 -> LZ4_UNPACKER.decompress(source, offset, length, target, 0, target.length);
      case SNAPPY ->
          new SnappyJavaDecompressor().decompress(source, offset, length, target, 0, target.length);
      case ZSTD ->
          (int) zstd(zstd -> zstd.decompress(source, offset, length, target, 0, target.length));
    };
  }

  /// How many bytes it becomes, as the packed bytes say themselves; -1 if they do not say it. They
  /// are asked before so much memory is taken.
  ///
  /// @throws RuntimeException if the bytes are none that [#packer()] makes
  long unpackedBytes(byte[] source, int offset, int length) {
    return this == ZSTD ? zstd(zstd -> zstd.getDecompressedSize(source, offset, length)) : -1;
  }

  private static long zstd(ToLongFunction<ZstdJavaDecompressor> use) {
    var spare = ZSTD_SPARE.getAndSet(null);
    var unpacker = spare == null ? new ZstdJavaDecompressor() : spare;
    long result = use.applyAsLong(unpacker);
    ZSTD_SPARE.set(unpacker);
    return result;
  }

  private static Packer packer(LZ4Compressor lz4) {
    return new Packer() {
      @Override
      public int mostOf(int length) {
        return lz4.maxCompressedLength(length);
      }

      @Override
      public int pack(byte[] source, int offset, int length, byte[] target, int at) {
        return lz4.compress(source, offset, length, target, at);
      }
    };
  }

  private static Packer packer(Compressor compressor) {
    return new Packer() {
      @Override
      public int mostOf(int length) {
        return compressor.maxCompressedLength(length);
      }

      @Override
      public int pack(byte[] source, int offset, int length, byte[] target, int at) {
        return compressor.compress(source, offset, length, target, at, target.length - at);
      }
    };
  }
}
