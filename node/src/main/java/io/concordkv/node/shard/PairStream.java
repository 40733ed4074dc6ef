package io.concordkv.node.shard;

import io.concordkv.base.ByteReader;
import io.concordkv.base.ByteWriter;
import io.concordkv.base.Bytes;
import io.concordkv.base.CorruptionError;
import io.concordkv.base.Crc32c;
import io.concordkv.storage.engine.Cursor;
import io.concordkv.storage.engine.Replacement;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// A shard's state as chunks of pairs: `crc32c:u32 { key:bytes value:bytes }*`, keys ascending over
/// all chunks. Whatever engine wrote it, any other can read it.
final class PairStream {
  private static final int CHUNK_BYTES = 512 << 10;

  private PairStream() {}

  /// The next chunk of what `cursor` walks over; null at its end.
  static @Nullable Bytes next(Cursor cursor) {
    var out = new ByteWriter(CHUNK_BYTES + (64 << 10)).u32(0);
    while (out.size() < CHUNK_BYTES && cursor.next()) {
      out.bytes(cursor.key()).bytes(cursor.value());
    }
    if (out.size() == 4) {
      return null;
    }
    out.patchU32(0, out.crc(4));
    return out.finish();
  }

  /// Adds a chunk's pairs to `target`.
  static void read(Bytes chunk, Replacement target) {
    read(chunk, target::add);
  }

  /// Passes on a chunk's pairs.
  static void read(Bytes chunk, BiConsumer<Bytes, Bytes> target) {
    var in = new ByteReader(chunk);
    if (in.u32() != Crc32c.of(chunk.slice(4))) {
      throw new CorruptionError("a snapshot chunk does not match its checksum");
    }
    while (in.remaining() > 0) {
      target.accept(in.bytes(), in.bytes());
    }
  }
}
