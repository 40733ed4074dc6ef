package io.concordkv.storage.engine.lsm.manifest;

import io.concordkv.base.CorruptionError;
import io.concordkv.base.env.FileException;
import io.concordkv.base.env.FileSystem;
import io.concordkv.storage.engine.Findings;
import java.util.List;
import java.util.TreeMap;

/// What can still be read of a manifest, without changing it.
///
/// @param tables those that it names; with a damaged one there may be others, and some of these may
///   be gone
/// @param mark 0 if nothing is known of it
/// @param whole whether nothing is damaged, so that it is right
public record ManifestRescue(List<Edit.Placed> tables, long mark, boolean whole) {
  public ManifestRescue {
    tables = List.copyOf(tables);
  }

  /// Reads what the manifest in `directory` says of `tree`; damage is told to `findings`.
  public static ManifestRescue read(
      FileSystem files, String directory, long tree, Findings findings) {
    try {
      var state = Manifest.look(files, directory, tree);
      return new ManifestRescue(state.tables(), state.mark(), true);
    } catch (CorruptionError damaged) {
      findings.damaged(damaged);
      findings.note(
          "the manifest is damaged: if it was the only one to name a table whose file is gone too,"
              + " nothing is known of that table");
    }
    var tables = new TreeMap<Long, Edit.Placed>();
    long mark = 0;
    for (var edit : edits(files, directory, findings)) {
      if (edit.tree() == tree) {
        if (edit.replaced()) {
          tables.clear();
        }
        edit.removed().forEach(tables::remove);
        edit.added().forEach(placed -> tables.put(placed.table().id(), placed));
        mark = Math.max(edit.replaced() ? 0 : mark, edit.mark());
      }
    }
    return new ManifestRescue(List.copyOf(tables.values()), mark, false);
  }

  /// The edits of the manifest that counts, or probably counts, which are whole.
  private static List<Edit> edits(FileSystem files, String directory, Findings findings) {
    long number = -1;
    for (var name : files.list(directory)) {
      if (ManifestFile.isManifest(name)) {
        number = Math.max(number, ManifestFile.number(name));
      }
    }
    try {
      number = Current.read(files, directory);
    } catch (CorruptionError | FileException unreadable) {
      // There is only one but for a moment, and the newest is complete before CURRENT names it.
    }
    if (number < 0 || !files.exists(ManifestFile.path(directory, number))) {
      findings.note("there is no manifest: how old tables are is told by their marks and numbers");
      return List.of();
    }
    return ManifestFile.salvage(files, directory, number);
  }
}
