package io.concordkv.node.shard;

import io.concordkv.base.ByteReader;
import io.concordkv.base.ByteWriter;
import io.concordkv.base.Bytes;
import io.concordkv.base.CorruptionError;
import io.concordkv.base.Crc32c;
import io.concordkv.replica.SnapshotPart;
import io.concordkv.storage.engine.Cursor;
import io.concordkv.storage.engine.Replacement;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// A shard's state as chunks of pairs: `crc32c:u32 { key:bytes value:bytes }*`, keys ascending over
/// all chunks. Whatever engine wrote it, any other can read it.
final class PairStream {
  private PairStream() {}

  /// The next chunk, of about `bytes`, of what `cursor` walks over, named by its last key; null at
  /// its end.
  static @Nullable SnapshotPart next(Cursor cursor, int bytes) {
    var out = new ByteWriter(bytes + bytes / 8).u32(0);
    var last = Bytes.EMPTY;
    while (out.size() < bytes && cursor.next()) {
      last = cursor.key();
      out.bytes(last).bytes(cursor.value());
    }
    return out.size() == 4 ? null : new SnapshotPart(last, finish(out));
  }

  static Bytes finish(ByteWriter out) {
    out.patchU32(0, out.crc(4));
    return out.finish();
  }

  /// Adds a chunk's pairs to `target` and returns its last key.
  static Bytes read(Bytes chunk, Replacement target) {
    return read(chunk, target::add);
  }

  /// Passes on a chunk's pairs and returns its last key.
  static Bytes read(Bytes chunk, BiConsumer<Bytes, Bytes> target) {
    var last = Bytes.EMPTY;
    var in = new ByteReader(chunk);
    if (in.u32() != Crc32c.of(chunk.slice(4))) {
      throw new CorruptionError("a snapshot chunk does not match its checksum");
    }
    while (in.remaining() > 0) {
      last = in.bytes();
      target.accept(last, in.bytes());
    }
    return last;
  }
}
