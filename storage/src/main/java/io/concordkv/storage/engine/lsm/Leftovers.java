package io.concordkv.storage.engine.lsm;

import io.concordkv.base.env.FileSystem;
import io.concordkv.storage.engine.lsm.manifest.Edit;
import io.concordkv.storage.engine.lsm.table.TableFormat;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;

/// Tables that a crash left behind: written but never named by the manifest, or no longer.
final class Leftovers {
  private Leftovers() {}

  /// Removes everything that an engine has in `directory`, damaged or not. Should it be
  /// interrupted, what is left does not pass for a whole content.
  static void discard(FileSystem files, String directory) {
    var names = new ArrayList<>(files.list(directory));
    names.sort(Comparator.comparing((String name) -> !name.endsWith(".sst")));
    for (var name : names) {
      files.delete(directory + "/" + name);
    }
    files.syncDirectory(directory);
  }

  /// Deletes them and returns the lowest id above all that were ever used.
  static long remove(FileSystem files, String directory, List<Edit.Placed> alive, long nextFile) {
    var ids = new TreeSet<Long>();
    alive.forEach(placed -> ids.add(placed.table().id()));
    long next = nextFile;
    for (var name : files.list(directory)) {
      long id = TableFormat.id(name);
      if (id >= 0 && !ids.contains(id)) {
        files.delete(directory + "/" + name);
      }
      next = Math.max(next, id + 1);
    }
    return next;
  }
}
