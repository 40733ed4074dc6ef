package io.concordkv.storage.engine.lsm.table;

import io.concordkv.base.CorruptionError;
import io.concordkv.base.env.FileSystem;
import io.concordkv.storage.engine.Findings;

/// Checks a value file of a closed store: the checksum of each value, and whether the values lie
/// one behind the other.
public final class ValueCheck {
  private ValueCheck() {}

  /// Checks the one of `copies` of which `use` tells. Goes on behind a value that is damaged.
  public static void check(
      FileSystem files, String directory, ValueUse use, Copies copies, Findings findings) {
    var path = ValueFormat.path(directory, use.file(), copies);
    var file = new ValueFile(files, path, use.file(), use.fileBytes());
    try {
      findings.file(use.fileBytes());
      var walk = file.walk();
      if (walk.next() > 0) {
        while (checkOne(walk, findings)) {
          // All of it is looked at.
        }
      }
    } catch (CorruptionError damaged) {
      // Without the lengths it cannot be told where values begin.
      findings.damaged(damaged);
    } finally {
      file.close();
    }
  }

  private static boolean checkOne(ValueFile.Walk walk, Findings findings) {
    try {
      return walk.next() > 0;
    } catch (CorruptionError damaged) {
      findings.damaged(damaged);
      return true;
    }
  }
}
