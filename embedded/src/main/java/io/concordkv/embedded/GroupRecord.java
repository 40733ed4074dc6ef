package io.concordkv.embedded;

import io.concordkv.base.ByteReader;
import io.concordkv.base.ByteWriter;
import io.concordkv.base.Bytes;
import io.concordkv.base.CorruptionError;
import io.concordkv.storage.engine.KeyRange;
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
  /// Of earlier versions, without a time.
  static final int RAW_UNTIMED = 1;

  static final int LZ4_UNTIMED = 2;
  static final int RAW = 3;
  static final int LZ4 = 4;

  /// What a change takes beside its key and value, at most.
  static final int CHANGE_BYTES = 11;

  private static final int DELETE = 0;
  private static final int PUT = 1;
  private static final int DELETE_RANGE = 2;
  private static final int DELETE_FROM = 3;

  private static final int HEADER_BYTES = 20;

  /// One small commit alone repeats little, and to look for it costs more than all else of it.
  private static final int WORTH_COMPRESSING = 512;

  private static final int LENGTH_BYTES = 4;

  private static final LZ4Compressor COMPRESSOR = LZ4Factory.fastestInstance().fastCompressor();
  private static final LZ4SafeDecompressor DECOMPRESSOR =
      LZ4Factory.fastestInstance().safeDecompressor();

  private final ByteWriter body = new ByteWriter(1 << 10);
  private int count;

  /// @param first the number of the first batch
  /// @param time when it was written, in milliseconds since 1970
  GroupRecord(long first, long time) {
    body.u64(first).u64(time).u32(0);
  }

  void add(WriteBatch batch) {
    count++;
    var changes = batch.changes();
    body.varint(changes.size());
    for (int i = 0; i < changes.size(); i++) {
      switch (changes.get(i)) {
        case WriteBatch.Change.Put(var key, var value) -> body.u8(PUT).bytes(key).bytes(value);
        case WriteBatch.Change.Delete(var key) -> body.u8(DELETE).bytes(key);
        case WriteBatch.Change.DeleteRange(var range) -> {
          var to = range.to();
          body.u8(to == null ? DELETE_FROM : DELETE_RANGE).bytes(range.from());
          if (to != null) {
            body.bytes(to);
          }
        }
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

  /// A group as it is read.
  ///
  /// @param time when it was written, in milliseconds since 1970; 0 if nobody knows
  /// @param commits what follows, to be read once
  record Group(long first, long time, int count, ByteReader commits) {
    /// The number of the last batch.
    long last() {
      return first + count - 1;
    }

    /// Gives `each` the batches in order, marked with their numbers.
    void read(Consumer<WriteBatch> each) {
      GroupRecord.read(this, each);
    }
  }

  /// Looks into `record`, which must be one of a group.
  static Group open(WalRecord record) {
    var reader =
        new ByteReader(
            switch (record.kind()) {
              case RAW_UNTIMED, RAW -> record.payload();
              case LZ4_UNTIMED, LZ4 -> unpack(record.payload());
              default ->
                  throw new CorruptionError("a log record of the unknown kind " + record.kind());
            });
    long first = reader.u64();
    long time = record.kind() >= RAW ? reader.u64() : 0;
    int count = reader.u32();
    if (count < 1 || first < 1 || first > Long.MAX_VALUE - count) {
      throw new CorruptionError("a log record of " + count + " commits from " + first + " on");
    }
    return new Group(first, time, count, reader);
  }

  private static void read(Group group, Consumer<WriteBatch> each) {
    var reader = group.commits;
    for (int i = 0; i < group.count; i++) {
      var batch = new WriteBatch().mark(group.first + i);
      int changes = reader.length();
      for (int j = 0; j < changes; j++) {
        switch (reader.u8()) {
          case PUT -> batch.put(reader.bytes(), reader.bytes());
          case DELETE -> batch.delete(reader.bytes());
          case DELETE_RANGE -> batch.deleteRange(new KeyRange(reader.bytes(), reader.bytes()));
          case DELETE_FROM -> batch.deleteRange(new KeyRange(reader.bytes(), null));
          default -> throw new CorruptionError("a log record with a change of an unknown kind");
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
