package io.concordkv.embedded;

import io.concordkv.base.ByteReader;
import io.concordkv.base.ByteWriter;
import io.concordkv.base.Bytes;
import io.concordkv.base.CorruptionError;
import io.concordkv.base.Crc32c;
import io.concordkv.base.env.FileSystem;
import java.nio.ByteBuffer;

/// A file that is read and replaced as a whole: a magic number, a version, what it says, and a
/// checksum over all that. It has its name only when it is whole and durable.
///
/// @param what it says of a directory, for messages
record SmallFile(int magic, int version, String what) {
  private static final int FRAME_BYTES = 12;

  /// What a file of this kind begins with.
  ByteWriter begin() {
    return new ByteWriter().u32(magic).u32(version);
  }

  /// Puts `content`, which was begun with [#begin()], in the place of the file `name`.
  void write(Folder folder, String name, ByteWriter content) {
    var unfinished = name + Folder.UNFINISHED;
    content.u32(content.crc(0));
    try (var file = folder.files().open(folder.at(unfinished), FileSystem.Mode.WRITE)) {
      file.truncate(0);
      file.write(0, content.toBytes().toByteBuffer());
      file.sync();
    }
    folder.publish(unfinished, name);
  }

  /// What the file says, without its frame. Damage is a [CorruptionError].
  ByteReader read(Folder folder, String name, long maxBytes) {
    var path = folder.at(name);
    try (var file = folder.files().open(path, FileSystem.Mode.READ)) {
      if (file.size() < FRAME_BYTES || file.size() > maxBytes) {
        throw new CorruptionError(folder.files().describe(path), 0, "it has no " + what);
      }
      var buffer = ByteBuffer.allocate((int) file.size());
      int size = file.read(0, buffer);
      var content = Bytes.wrap(buffer.array(), 0, size);
      int end = size - 4;
      if (Crc32c.of(content.slice(0, end)) != new ByteReader(content.slice(end)).u32()) {
        throw new CorruptionError(folder.files().describe(path), 0, "its checksum is wrong");
      }
      var reader = new ByteReader(content.slice(0, end));
      if (reader.u32() != magic || reader.u32() != version) {
        throw new CorruptionError(
            folder.files().describe(path), 0, "it is no " + what + " of version " + version);
      }
      return reader;
    }
  }
}
