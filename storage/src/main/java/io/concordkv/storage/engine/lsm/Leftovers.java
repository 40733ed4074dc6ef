package io.concordkv.storage.engine.lsm;

import io.concordkv.base.env.FileSystem;
import io.concordkv.storage.engine.lsm.manifest.Edit;
import io.concordkv.storage.engine.lsm.table.Table;
import io.concordkv.storage.engine.lsm.table.TableFormat;
import io.concordkv.storage.engine.lsm.table.ValueFormat;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;

/// Tables and value files that a crash left behind: written but never named by the manifest, or no
/// longer.
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

  /// Deletes them and returns the lowest id above all that were ever used. If the file of a table
  /// that is alive is missing or has another length, or a value file is missing, that is a
  /// `CorruptionError`.
  static long remove(FileSystem files, String directory, List<Edit.Placed> alive, long nextFile) {
    var tables = new TreeSet<String>();
    var values = new TreeSet<String>();
    for (var placed : alive) {
      Table.look(files, directory, placed.table());
      tables.add(TableFormat.path(directory, placed.table()));
      for (var use : placed.table().values()) {
        values.add(ValueFormat.path(directory, use.file(), placed.table().copies()));
      }
    }
    long next = nextFile;
    for (var name : files.list(directory)) {
      long table = TableFormat.id(name);
      long value = ValueFormat.id(name);
      var path = directory + "/" + name;
      if ((table >= 0 && !tables.contains(path)) || (value >= 0 && !values.remove(path))) {
        files.delete(path);
      }
      next = Math.max(next, Math.max(table, value) + 1);
    }
    if (!values.isEmpty()) {
      throw TableFormat.damaged(
          values.first(), 0, "tables refer to this value file, but it is missing");
    }
    return next;
  }
}
