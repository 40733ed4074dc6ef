package io.concordkv.embedded;

import io.concordkv.base.ByteReader;
import io.concordkv.base.ByteWriter;
import io.concordkv.base.Bytes;
import io.concordkv.base.ConcordException;
import io.concordkv.base.CorruptionError;
import io.concordkv.base.Crc32c;
import io.concordkv.base.ErrorCode;
import io.concordkv.base.env.Env;
import io.concordkv.base.env.FileSystem;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// The file that makes a directory a store and says of which engine, and where that lies. It has
/// its name only when it is whole and durable. The format is docs/formats/embedded.md.
///
/// @param id drawn when the store was made, so that its log is not taken for that of another one
/// @param other what does not count: an engine in the making, or one that the store has left
record StoreFile(long id, Place current, @Nullable Place other) {
  static final String NAME = "STORE";
  private static final String UNFINISHED = "STORE.new";
  private static final int MAGIC = 0x434B4442;
  private static final int VERSION = 3;

  /// Had no id.
  private static final int VERSION_2 = 2;

  private static final long NO_ID = 0;
  private static final int MAX_BYTES = 1 << 10;

  /// An engine by its name, and the directory that is its own.
  ///
  /// @param number of engines that the store has left before
  record Place(String engine, int number) {
    String directory() {
      return number == 0 ? Store.ENGINE : Store.ENGINE + "-" + number;
    }
  }

  /// What there is, made if there is none; that it names another engine is a [ConcordException].
  /// `prefix` is empty or ends with `/`.
  static StoreFile ensure(Env env, String prefix, String engine) {
    var files = env.files();
    var path = prefix + NAME;
    if (!files.exists(path)) {
      var made = new StoreFile(newId(env), new Place(engine, 0), null);
      made.write(files, prefix);
      return made;
    }
    var found = read(files, path);
    if (found.id == NO_ID) {
      found = new StoreFile(newId(env), found.current, found.other);
      found.write(files, prefix);
    }
    if (!found.current.engine.equals(engine)) {
      throw new ConcordException(
          ErrorCode.BAD_SETTING,
          "the store in "
              + files.describe(prefix)
              + " is kept by the engine '"
              + found.current.engine
              + "', not by '"
              + engine
              + "'");
    }
    return found;
  }

  private static long newId(Env env) {
    return env.random("store-id").nextLong(1, Long.MAX_VALUE);
  }

  void write(FileSystem files, String prefix) {
    var content = new ByteWriter().u32(MAGIC).u32(VERSION).u64(id);
    content.text(current.engine).u32(current.number).flag(other != null);
    if (other != null) {
      content.text(other.engine).u32(other.number);
    }
    content.u32(content.crc(0));
    try (var file = files.open(prefix + UNFINISHED, FileSystem.Mode.WRITE)) {
      file.truncate(0);
      file.write(0, content.toBytes().toByteBuffer());
      file.sync();
    }
    files.rename(prefix + UNFINISHED, prefix + NAME);
    files.syncDirectory(prefix.isEmpty() ? "" : prefix.substring(0, prefix.length() - 1));
  }

  static StoreFile read(FileSystem files, String path) {
    try (var file = files.open(path, FileSystem.Mode.READ)) {
      var buffer = ByteBuffer.allocate((int) Math.min(file.size(), MAX_BYTES));
      int size = file.read(0, buffer);
      var content = Bytes.wrap(buffer.array(), 0, size);
      var reader = new ByteReader(content);
      int version = size >= 12 && reader.u32() == MAGIC ? reader.u32() : 0;
      if (version != VERSION && version != VERSION_2) {
        throw new CorruptionError(path, 0, "this is no store of this version");
      }
      int end = size - 4;
      if (Crc32c.of(content.slice(0, end)) != new ByteReader(content.slice(end)).u32()) {
        throw new CorruptionError(path, 0, "its checksum is wrong");
      }
      try {
        return read(reader, version);
      } catch (CorruptionError malformed) {
        throw new CorruptionError(
            path, 0, "it does not say what it should: " + malformed.getMessage());
      }
    }
  }

  private static StoreFile read(ByteReader in, int version) {
    long id = version == VERSION ? in.u64() : NO_ID;
    var current = place(in);
    var other = in.flag() ? place(in) : null;
    in.u32();
    in.end();
    return new StoreFile(id, current, other);
  }

  private static Place place(ByteReader in) {
    var place = new Place(in.text(), in.u32());
    if (place.number < 0) {
      throw new CorruptionError("the number of a directory is " + place.number);
    }
    return place;
  }
}
