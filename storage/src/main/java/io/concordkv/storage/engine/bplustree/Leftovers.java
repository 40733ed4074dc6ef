package io.concordkv.storage.engine.bplustree;

import io.concordkv.base.env.FileSystem;

/// Files that a crash left behind: begun but never published, or replaced by a newer one.
final class Leftovers {
  private Leftovers() {}

  /// Deletes what was never published; returns the lowest number above all that were ever used.
  static long remove(FileSystem files, String directory) {
    long next = 1;
    for (var name : files.list(directory)) {
      long published = PageFormat.file(name);
      if (name.endsWith(TreeFile.UNFINISHED)) {
        published =
            PageFormat.file(name.substring(0, name.length() - TreeFile.UNFINISHED.length()));
        files.delete(directory + "/" + name);
      }
      next = Math.max(next, published + 1);
    }
    return next;
  }

  /// The highest number of a published file; -1 if there is none.
  static long newest(FileSystem files, String directory) {
    long newest = -1;
    for (var name : files.list(directory)) {
      newest = Math.max(newest, PageFormat.file(name));
    }
    return newest;
  }

  /// Deletes the published files below `number`.
  static void removeOlder(FileSystem files, String directory, long number) {
    for (var name : files.list(directory)) {
      long file = PageFormat.file(name);
      if (file >= 0 && file < number) {
        files.delete(directory + "/" + name);
      }
    }
  }
}
