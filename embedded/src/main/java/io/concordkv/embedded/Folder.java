package io.concordkv.embedded;

import io.concordkv.base.env.FileException;
import io.concordkv.base.env.FileSystem;
import io.concordkv.base.env.RealEnv;
import java.nio.file.Path;

/// A directory of a file system, which need not be that of the store.
///
/// @param path below the root of `files`; empty for that root
record Folder(FileSystem files, String path) {
  static final String UNFINISHED = ".new";

  /// A directory of the platform, which need not exist.
  static Folder at(Path directory) {
    return new Folder(RealEnv.filesIn(directory), "");
  }

  /// The path of what is called `name` here.
  String at(String name) {
    return path.isEmpty() ? name : path + "/" + name;
  }

  Folder in(String name) {
    return new Folder(files, at(name));
  }

  boolean exists() {
    return files.exists(path);
  }

  boolean has(String name) {
    return files.exists(at(name));
  }

  void make() {
    files.createDirectories(path);
  }

  void sync() {
    files.syncDirectory(path);
  }

  /// How large the file is.
  long size(String name) {
    try (var file = files.open(at(name), FileSystem.Mode.READ)) {
      return file.size();
    }
  }

  /// Gives a whole file its name, durably.
  void publish(String unfinished, String name) {
    files.rename(at(unfinished), at(name));
    sync();
  }

  /// Removes the file, if there is one.
  void discard(String name) {
    try {
      files.delete(at(name));
    } catch (FileException missing) {
      if (missing.kind() != FileException.Kind.NOT_FOUND) {
        throw missing;
      }
    }
  }

  /// Removes it with the files in it, durably: after a crash there may be fewer of them, but none
  /// without the directory.
  void remove() {
    for (var name : files.list(path)) {
      files.delete(at(name));
    }
    sync();
    files.delete(path);
  }

  /// Where it lies in the world, for a person.
  String describe() {
    return files.describe(path);
  }
}
