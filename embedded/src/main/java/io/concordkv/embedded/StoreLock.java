package io.concordkv.embedded;

import io.concordkv.base.env.FileException;
import io.concordkv.base.env.FileSystem;
import io.concordkv.base.env.RealEnv;
import java.nio.file.Files;
import java.nio.file.Path;

/// The lock that whoever has a store open holds on its directory.
final class StoreLock implements AutoCloseable {
  static final String NAME = "LOCK";

  private final AutoCloseable lock;

  private StoreLock(AutoCloseable lock) {
    this.lock = lock;
  }

  /// The files of a directory, which must exist.
  static FileSystem filesOf(Path directory) {
    if (!Files.isDirectory(directory)) {
      throw new FileException(
          FileException.Kind.NOT_FOUND, "look into", directory.toString(), null);
    }
    return RealEnv.filesUnder(directory);
  }

  /// Takes it, if there is one: where it was never open there is none.
  static StoreLock take(FileSystem files) {
    return new StoreLock(files.exists(NAME) ? files.lock(NAME) : () -> {});
  }

  @Override
  public void close() {
    try {
      lock.close();
    } catch (Exception failed) {
      throw new FileException(FileException.Kind.FAILED, "unlock", NAME, failed);
    }
  }
}
