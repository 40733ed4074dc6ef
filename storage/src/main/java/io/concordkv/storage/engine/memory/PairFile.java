package io.concordkv.storage.engine.memory;

import io.concordkv.base.ByteReader;
import io.concordkv.base.ByteWriter;
import io.concordkv.base.Bytes;
import io.concordkv.base.CorruptionError;
import io.concordkv.base.Crc32c;
import io.concordkv.base.env.FileSystem;
import io.concordkv.base.env.StoredFile;
import io.concordkv.storage.engine.Findings;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.Order;
import io.concordkv.storage.engine.View;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// All pairs of a view in one file: the checkpoint of an engine in memory. It has its name only
/// when it is whole and durable. The format is docs/formats/pairs.md.
public final class PairFile {
  private static final String NAME = "pairs";
  private static final String UNFINISHED = "pairs.new";
  static final int MAGIC = 0x434B5052;
  static final int VERSION = 1;
  static final int HEADER_BYTES = 20;
  static final int BLOCK_HEADER_BYTES = 12;
  private static final int BLOCK_BYTES = 64 << 10;

  private PairFile() {}

  static boolean exists(FileSystem files, String directory) {
    return files.exists(directory + "/" + NAME);
  }

  /// Writes the pairs of `view` to `directory`, which is made, in the place of what it has. Blocks.
  public static void write(FileSystem files, String directory, View view, long mark) {
    files.createDirectories(directory);
    var path = directory + "/" + UNFINISHED;
    try (var file = files.open(path, FileSystem.Mode.WRITE);
        var cursor = view.scan(KeyRange.ALL, Order.ASCENDING)) {
      file.truncate(0);
      var header = new ByteWriter(HEADER_BYTES).u32(MAGIC).u32(VERSION).u64(mark);
      file.write(0, header.u32(header.crc(0)).finish().toByteBuffer());
      long position = HEADER_BYTES;
      var block = new ByteWriter(BLOCK_BYTES + 1024);
      int pairs = 0;
      while (cursor.next()) {
        block.bytes(cursor.key()).bytes(cursor.value());
        pairs++;
        if (block.size() >= BLOCK_BYTES) {
          position += writeBlock(file, position, block, pairs);
          pairs = 0;
        }
      }
      if (pairs > 0) {
        position += writeBlock(file, position, block, pairs);
      }
      writeBlock(file, position, block, 0);
      file.sync();
    }
    files.rename(path, directory + "/" + NAME);
    files.syncDirectory(directory);
  }

  /// Gives `each` all pairs, in ascending order, and returns the mark. Blocks. Damage is a
  /// [CorruptionError].
  public static long read(FileSystem files, String directory, BiConsumer<Bytes, Bytes> each) {
    var path = directory + "/" + NAME;
    try (var file = files.open(path, FileSystem.Mode.READ)) {
      var header = new ByteReader(read(file, 0, HEADER_BYTES));
      boolean ours = header.u32() == MAGIC && header.u32() == VERSION;
      long mark = header.u64();
      var start = new ByteWriter(HEADER_BYTES).u32(MAGIC).u32(VERSION).u64(mark);
      if (!ours || header.u32() != start.crc(0)) {
        throw new CorruptionError(path, 0, "this is no header of a pair file");
      }
      long position = HEADER_BYTES;
      Bytes last = null;
      while (true) {
        var blockHeader = new ByteReader(read(file, position, BLOCK_HEADER_BYTES));
        int length = blockHeader.u32();
        int pairs = blockHeader.u32();
        if (length < 0 || length > file.size() - position - BLOCK_HEADER_BYTES) {
          throw new CorruptionError(path, position, "a block of " + length + " bytes");
        }
        var block = read(file, position + BLOCK_HEADER_BYTES, length);
        if (blockHeader.u32() != crc(position, pairs, block)) {
          throw new CorruptionError(path, position, "the checksum of a block is wrong");
        }
        position += BLOCK_HEADER_BYTES + length;
        if (pairs == 0) {
          if (position != file.size()) {
            throw new CorruptionError(path, position, "something follows the last block");
          }
          return mark;
        }
        for (var pair : pairs(block, pairs, last, path, position)) {
          each.accept(pair.key, pair.value);
          last = pair.key;
        }
      }
    }
  }

  record Pair(Bytes key, Bytes value) {}

  /// The pairs of a block whose checksum is right. That it does not hold them, or not in their
  /// order, is a [CorruptionError].
  ///
  /// @param last the key before them; null if there is none
  static List<Pair> pairs(Bytes block, int count, @Nullable Bytes last, String path, long end) {
    var pairs = new ArrayList<Pair>();
    try {
      var reader = new ByteReader(block);
      var before = last;
      for (int i = 0; i < count; i++) {
        var pair = new Pair(reader.bytes(), reader.bytes());
        if (before != null && before.compareTo(pair.key) >= 0) {
          throw new CorruptionError("its keys do not ascend at '" + pair.key + "'");
        }
        pairs.add(pair);
        before = pair.key;
      }
      reader.end();
    } catch (CorruptionError malformed) {
      throw new CorruptionError(
          path, end - block.length(), "a block is not one of pairs: " + malformed.getMessage());
    }
    return pairs;
  }

  /// As [#read], but with what is whole of a damaged one: the blocks up to one whose length cannot
  /// be relied upon.
  static long rescue(
      FileSystem files, String directory, Findings findings, BiConsumer<Bytes, Bytes> each) {
    var path = directory + "/" + NAME;
    if (!files.exists(path)) {
      return 0;
    }
    try (var file = files.open(path, FileSystem.Mode.READ)) {
      findings.file(file.size());
      return new PairRescue(file, findings).read(each);
    }
  }

  /// Removes it from `directory`. Blocks.
  public static void destroy(FileSystem files, String directory) {
    for (var name : files.list(directory)) {
      if (name.equals(NAME) || name.equals(UNFINISHED)) {
        files.delete(directory + "/" + name);
      }
    }
    files.syncDirectory(directory);
  }

  private static long writeBlock(StoredFile file, long position, ByteWriter block, int pairs) {
    var payload = block.toBytes();
    var header =
        new ByteWriter(BLOCK_HEADER_BYTES)
            .u32(payload.length())
            .u32(pairs)
            .u32(crc(position, pairs, payload));
    file.write(position, header.finish().toByteBuffer(), payload.toByteBuffer());
    block.clear();
    return (long) BLOCK_HEADER_BYTES + payload.length();
  }

  static int crc(long position, int pairs, Bytes payload) {
    var place = new ByteWriter(16).u64(position).u32(pairs).u32(Crc32c.of(payload));
    return place.crc(0);
  }

  static Bytes read(StoredFile file, long position, int length) {
    var buffer = ByteBuffer.allocate(length);
    if (file.read(position, buffer) != length) {
      throw new CorruptionError(file.path(), position, "the file ends too early");
    }
    return Bytes.wrap(buffer.array());
  }
}
