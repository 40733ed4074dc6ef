package io.concordkv.base.env;

import java.util.List;

/// Files, as far as a store needs them. Synchronous, so it is used while a node opens and by
/// workers. Paths are relative to the node's directory and separated by `/`.
///
/// Every failure is a [FileException]. What was written is only sure to survive a power cut after
/// [StoredFile#sync()]; a created, renamed or deleted name only after [#syncDirectory(String)].
public interface FileSystem {
  /// How a file is opened.
  enum Mode {
    /// It must exist.
    READ,
    /// Read and write; made if it does not exist.
    WRITE,
    /// Read and write; it must not exist yet.
    CREATE
  }

  StoredFile open(String path, Mode mode);

  boolean exists(String path);

  /// How many bytes the file `path` has, told without opening it.
  long size(String path);

  /// Makes `path` and what is missing above it, and makes that sure to survive a power cut.
  /// Harmless if it exists.
  void createDirectories(String path);

  /// The names (not paths) in `directory`, sorted.
  List<String> list(String directory);

  /// Puts `from` in the place of `to`, atomically.
  void rename(String from, String to);

  /// Gives the file `from` a second name, `to`, which must not exist. Where that is not possible it
  /// is copied, and the copy synced: so only for files that never change.
  void link(String from, String to);

  void delete(String path);

  void syncDirectory(String directory);

  /// Keeps other processes out of `path` until this one ends or closes what is returned. Fails with
  /// [FileException.Kind#LOCKED] if another one holds it.
  AutoCloseable lock(String path);

  /// Bytes that can still be written.
  long usableSpace();

  /// For a person: where `path` lies in the world.
  String describe(String path);
}
