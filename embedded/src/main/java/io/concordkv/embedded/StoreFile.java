package io.concordkv.embedded;

import io.concordkv.base.ByteReader;
import io.concordkv.base.ByteWriter;
import io.concordkv.base.Bytes;
import io.concordkv.base.ConcordException;
import io.concordkv.base.CorruptionError;
import io.concordkv.base.ErrorCode;
import io.concordkv.base.env.FileSystem;
import java.nio.ByteBuffer;

/// The file that makes a directory a store and says of which engine. It has its name only when it
/// is whole and durable. The format is docs/formats/embedded.md.
final class StoreFile {
  static final String NAME = "STORE";
  private static final String UNFINISHED = "STORE.new";
  private static final int MAGIC = 0x434B4442;
  private static final int VERSION = 1;
  private static final int MAX_BYTES = 1 << 10;

  private StoreFile() {}

  /// Makes it if there is none; that it names another engine is a [ConcordException]. `prefix` is
  /// empty or ends with `/`.
  static void ensure(FileSystem files, String prefix, String engine) {
    var path = prefix + NAME;
    if (!files.exists(path)) {
      write(files, prefix, engine);
      return;
    }
    var found = read(files, path);
    if (!found.equals(engine)) {
      throw new ConcordException(
          ErrorCode.BAD_SETTING,
          "the store in "
              + files.describe(prefix)
              + " is kept by the engine '"
              + found
              + "', not by '"
              + engine
              + "'");
    }
  }

  private static void write(FileSystem files, String prefix, String engine) {
    var content = new ByteWriter().u32(MAGIC).u32(VERSION).text(engine);
    content.u32(content.crc(0));
    try (var file = files.open(prefix + UNFINISHED, FileSystem.Mode.WRITE)) {
      file.truncate(0);
      file.write(0, content.toBytes().toByteBuffer());
      file.sync();
    }
    files.rename(prefix + UNFINISHED, prefix + NAME);
    files.syncDirectory(prefix.isEmpty() ? "" : prefix.substring(0, prefix.length() - 1));
  }

  private static String read(FileSystem files, String path) {
    try (var file = files.open(path, FileSystem.Mode.READ)) {
      var buffer = ByteBuffer.allocate((int) Math.min(file.size(), MAX_BYTES));
      int size = file.read(0, buffer);
      var content = Bytes.wrap(buffer.array(), 0, size);
      var reader = new ByteReader(content);
      if (size < 12 || reader.u32() != MAGIC || reader.u32() != VERSION) {
        throw new CorruptionError(path, 0, "this is no store of this version");
      }
      var engine = reader.text();
      int crc = new ByteWriter().raw(content.slice(0, reader.position())).crc(0);
      if (reader.u32() != crc) {
        throw new CorruptionError(path, 0, "its checksum is wrong");
      }
      reader.end();
      return engine;
    }
  }
}
