package io.concordkv.embedded;

import io.concordkv.base.ByteReader;
import io.concordkv.base.ByteWriter;
import io.concordkv.base.Bytes;
import io.concordkv.base.CorruptionError;
import io.concordkv.storage.engine.WriteBatch;
import io.concordkv.storage.wal.WalRecord;
import java.util.function.Consumer;
import net.jpountz.lz4.LZ4Compressor;
import net.jpountz.lz4.LZ4Exception;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.lz4.LZ4SafeDecompressor;

/// The record of a group of batches with neighbouring numbers, which are compressed together if
/// that pays. The format is docs/formats/embedded.md.
final class GroupRecord {
  static final int RAW = 1;
  static final int LZ4 = 2;

  /// What a change takes beside its key and value, at most.
  static final int CHANGE_BYTES = 11;

  private static final int HEADER_BYTES = 12;
  private static final int WORTH_COMPRESSING = 128;
  private static final int LENGTH_BYTES = 4;

  private static final LZ4Compressor COMPRESSOR = LZ4Factory.fastestInstance().fastCompressor();
  private static final LZ4SafeDecompressor DECOMPRESSOR =
      LZ4Factory.fastestInstance().safeDecompressor();

  private final ByteWriter body = new ByteWriter(1 << 10);
  private int count;

  /// @param first the number of the first batch
  GroupRecord(long first) {
    body.u64(first).u32(0);
  }

  void add(WriteBatch batch) {
    count++;
    var changes = batch.changes();
    body.varint(changes.size());
    for (int i = 0; i < changes.size(); i++) {
      switch (changes.get(i)) {
        case WriteBatch.Change.Put(var key, var value) -> body.flag(true).bytes(key).bytes(value);
        case WriteBatch.Change.Delete(var key) -> body.flag(false).bytes(key);
      }
    }
  }

  int bytes() {
    return body.size();
  }

  /// It takes no more batches then.
  WalRecord finish() {
    body.patchU32(HEADER_BYTES - 4, count);
    var raw = body.finish();
    int length = raw.length();
    if (length >= WORTH_COMPRESSING) {
      var packed = new byte[LENGTH_BYTES + COMPRESSOR.maxCompressedLength(length)];
      int size =
          LENGTH_BYTES
              + COMPRESSOR.compress(
                  raw.sharedArray(), raw.sharedOffset(), length, packed, LENGTH_BYTES);
      if (size <= length - length / 8) {
        new ByteWriter(LENGTH_BYTES).u32(length).finish().copyTo(packed, 0);
        return new WalRecord(0, LZ4, Bytes.wrap(packed, 0, size));
      }
    }
    return new WalRecord(0, RAW, raw);
  }

  /// Gives `each` the batches of `record` in order, marked with their numbers.
  static void read(WalRecord record, Consumer<WriteBatch> each) {
    var reader =
        new ByteReader(
            switch (record.kind()) {
              case RAW -> record.payload();
              case LZ4 -> unpack(record.payload());
              default ->
                  throw new CorruptionError("a log record of the unknown kind " + record.kind());
            });
    long first = reader.u64();
    int count = reader.u32();
    for (int i = 0; i < count; i++) {
      var batch = new WriteBatch().mark(first + i);
      int changes = reader.length();
      for (int j = 0; j < changes; j++) {
        if (reader.flag()) {
          batch.put(reader.bytes(), reader.bytes());
        } else {
          batch.delete(reader.bytes());
        }
      }
      each.accept(batch);
    }
    reader.end();
  }

  private static Bytes unpack(Bytes payload) {
    var reader = new ByteReader(payload);
    int length = reader.u32();
    var packed = reader.rest();
    // LZ4 cannot do better than 255 to 1.
    if (length < 0 || length / 256 > packed.length()) {
      throw new CorruptionError("a log record of " + length + " bytes, compressed to too few");
    }
    var raw = new byte[length];
    try {
      int size =
          DECOMPRESSOR.decompress(
              packed.sharedArray(), packed.sharedOffset(), packed.length(), raw, 0, length);
      if (size == length) {
        return Bytes.wrap(raw);
      }
    } catch (LZ4Exception _) {
      // Said below.
    }
    throw new CorruptionError("a log record does not unpack to its " + length + " bytes");
  }
}
