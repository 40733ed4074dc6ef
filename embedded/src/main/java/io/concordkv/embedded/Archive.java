package io.concordkv.embedded;

import io.concordkv.base.ConcordException;
import io.concordkv.base.CorruptionError;
import io.concordkv.base.ErrorCode;
import java.util.List;

/// A directory to which a store copies its log before it trims it. It belongs to one store, whose
/// id it bears: another one has other commits under the same numbers. The format is
/// docs/formats/backup.md.
record Archive(Folder folder, long store) {
  private static final String IDENTITY = "ARCHIVE";
  private static final SmallFile FILE = new SmallFile(0x434B4152, 1, "archive of a log");
  private static final int MAX_BYTES = 64;

  /// What is written before it has its name.
  static final String UNFINISHED = "archiving" + Folder.UNFINISHED;

  /// Opens or makes the archive of that store. That it is one of another store is a
  /// [ConcordException]. Blocks.
  static Archive open(Folder folder, long store) {
    folder.make();
    if (!folder.has(IDENTITY)) {
      if (!LogFile.list(folder).isEmpty()) {
        throw new CorruptionError(
            "the archive in "
                + folder.describe()
                + " has pieces of a log, but the file "
                + IDENTITY
                + " that says of which store is missing: bring it back, or archive to another"
                + " directory");
      }
      FILE.write(folder, IDENTITY, FILE.begin().u64(store));
    }
    var archive = of(folder);
    if (archive.store != store) {
      throw new ConcordException(
          ErrorCode.BAD_SETTING,
          "the archive in "
              + folder.describe()
              + " is that of another store, or of this one before it was restored: archive to"
              + " another directory");
    }
    folder.discard(UNFINISHED);
    return archive;
  }

  /// The archive that there is in `folder`.
  static Archive of(Folder folder) {
    if (!folder.has(IDENTITY)) {
      throw new ConcordException(
          ErrorCode.BAD_SETTING, "there is no archive of a log in " + folder.describe());
    }
    var reader = FILE.read(folder, IDENTITY, MAX_BYTES);
    long store = reader.u64();
    reader.end();
    return new Archive(folder, store);
  }

  /// Its pieces, oldest first.
  List<LogFile> pieces() {
    return LogFile.list(folder);
  }

  /// The highest commit that it has; 0 if there is none.
  long last() {
    return pieces().stream().mapToLong(LogFile::last).max().orElse(0);
  }

  /// Removes the pieces that have no commit above `commit`, oldest first, and returns how many.
  int prune(long commit) {
    int removed = 0;
    for (var piece : pieces()) {
      if (piece.last() > commit) {
        break;
      }
      folder.discard(piece.name());
      folder.sync();
      removed++;
    }
    return removed;
  }
}
