package io.concordkv.embedded;

import io.concordkv.base.Bytes;
import io.concordkv.base.CorruptionError;
import io.concordkv.base.env.FileSystem.Mode;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.function.LongConsumer;

/// Copies files from one folder to another, which may lie on another file system, and digests them
/// on the way. Always a copy, never a hard link: what damages a file of the store must not damage
/// that of a backup.
///
/// @param moved is told of each piece that was read, in bytes, and may take its time
record Copier(LongConsumer moved) {
  private static final int PIECE_BYTES = 256 << 10;

  /// Copies a file and syncs the copy. Blocks.
  BackupSeal.Stored copy(Folder from, Folder to, String name) {
    try (var source = from.files().open(from.at(name), Mode.READ);
        var target = to.files().open(to.at(name), Mode.CREATE)) {
      var sha256 = sha256();
      var buffer = ByteBuffer.allocate(PIECE_BYTES);
      long at = 0;
      for (int read = source.read(at, buffer); read > 0; read = source.read(at, buffer.clear())) {
        sha256.update(buffer.flip());
        target.write(at, buffer.rewind());
        at += read;
        moved.accept(read);
      }
      target.sync();
      return new BackupSeal.Stored(name, at, Bytes.wrap(sha256.digest()), true);
    }
  }

  /// Reads a file. Blocks.
  BackupSeal.Stored digest(Folder from, String name) {
    try (var source = from.files().open(from.at(name), Mode.READ)) {
      var sha256 = sha256();
      var buffer = ByteBuffer.allocate(PIECE_BYTES);
      long at = 0;
      for (int read = source.read(at, buffer); read > 0; read = source.read(at, buffer.clear())) {
        sha256.update(buffer.flip());
        at += read;
        moved.accept(read);
      }
      return new BackupSeal.Stored(name, at, Bytes.wrap(sha256.digest()), false);
    }
  }

  /// Fails if what was read is not what is stored.
  static void check(Folder folder, BackupSeal.Stored stored, BackupSeal.Stored read) {
    if (!read.same(stored)) {
      throw new CorruptionError(
          folder.files().describe(folder.at(stored.name())),
          0,
          "it is not what the backup says. Use another one");
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException missing) {
      throw new IllegalStateException("every Java has SHA-256", missing);
    }
  }
}
