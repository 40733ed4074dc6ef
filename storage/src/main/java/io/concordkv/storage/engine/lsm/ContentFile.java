package io.concordkv.storage.engine.lsm;

import io.concordkv.storage.engine.lsm.manifest.Edit;
import io.concordkv.storage.engine.lsm.table.Copies;
import io.concordkv.storage.engine.lsm.table.TableFormat;
import io.concordkv.storage.engine.lsm.table.ValueFormat;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;

/// A file of a content, as it is told of to another engine.
///
/// @param values whether it is a value file
/// @param bytes how large it is
record ContentFile(long id, boolean values, long bytes) {
  /// What an engine has to write into its manifest to have the content of `levels`.
  static Edit content(Levels levels, long nextFile, long mark) {
    var placed = Checkpoint.placed(levels).stream().map(Edit.Placed::original).toList();
    return new Edit(LsmEngine.TREE, true, nextFile, mark, List.of(), placed);
  }

  /// All files of a content in the order in which they are passed on: the value files come before
  /// the tables that refer to them.
  static List<ContentFile> of(Edit content) {
    var values = new TreeMap<Long, ContentFile>();
    var tables = new ArrayList<ContentFile>();
    for (var placed : content.added()) {
      var table = placed.table();
      tables.add(new ContentFile(table.id(), false, table.bytes()));
      table
          .values()
          .forEach(
              use -> values.put(use.file(), new ContentFile(use.file(), true, use.fileBytes())));
    }
    tables.sort(Comparator.comparingLong(ContentFile::id));
    var all = new ArrayList<>(values.values());
    all.addAll(tables);
    return all;
  }

  String path(String directory, Copies copies) {
    return values
        ? ValueFormat.path(directory, id, copies)
        : TableFormat.path(directory, id, copies);
  }
}
