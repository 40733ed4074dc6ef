package io.concordkv.storage.engine.jsonfile;

import io.concordkv.base.Bytes;
import io.concordkv.base.CorruptionError;
import io.concordkv.base.env.FileSystem;
import io.concordkv.storage.engine.View;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.ReentrantLock;

/// The file of a store. It is saved by the loop or by a worker, whoever comes first, so the two
/// take turns, and who comes with something older than what is there leaves it.
final class JsonFile {
  private static final String NAME = "engine.json";
  private static final String UNFINISHED = "engine.json.new";

  private static final int MAX_BYTES = 1 << 30;

  private final FileSystem files;
  private final String directory;
  private final ReentrantLock turn = new ReentrantLock();
  private long saved;

  JsonFile(FileSystem files, String directory) {
    this.files = files;
    this.directory = directory;
  }

  boolean exists() {
    return files.exists(path());
  }

  String path() {
    return directory + "/" + NAME;
  }

  Bytes read() {
    try (var file = files.open(path(), FileSystem.Mode.READ)) {
      if (file.size() > MAX_BYTES) {
        throw new CorruptionError(path(), 0, "no store is so large: " + file.size() + " bytes");
      }
      var buffer = ByteBuffer.allocate((int) file.size());
      file.read(0, buffer);
      return Bytes.wrap(buffer.array(), 0, buffer.position());
    }
  }

  /// Puts the pairs of `view` in the place of what is there, durably and in one step. `sequence`
  /// grows from one content to the next. Blocks. Returns how long the file is, 0 if it was left.
  long save(View view, long sequence, long mark) {
    turn.lock();
    try {
      if (sequence <= saved) {
        return 0;
      }
      var content = JsonWriter.write(view, mark);
      var unfinished = directory + "/" + UNFINISHED;
      try (var file = files.open(unfinished, FileSystem.Mode.WRITE)) {
        file.truncate(0);
        file.write(0, content.toByteBuffer());
        file.sync();
      }
      files.rename(unfinished, path());
      files.syncDirectory(directory);
      saved = sequence;
      return content.length();
    } finally {
      turn.unlock();
    }
  }

  /// Waits for a save that is under way; later ones are left.
  void close() {
    turn.lock();
    try {
      saved = Long.MAX_VALUE;
    } finally {
      turn.unlock();
    }
  }

  static void destroy(FileSystem files, String directory) {
    for (var name : files.list(directory)) {
      if (name.equals(NAME) || name.equals(UNFINISHED)) {
        files.delete(directory + "/" + name);
      }
    }
    files.syncDirectory(directory);
  }
}
