package io.concordkv.embedded;

import io.concordkv.base.ConcordException;
import io.concordkv.base.CorruptionError;
import io.concordkv.base.ErrorCode;
import io.concordkv.base.env.FileSystem;
import io.concordkv.storage.engine.EngineProvider;
import io.concordkv.storage.engine.Engines;
import io.concordkv.storage.engine.Findings;
import io.concordkv.storage.engine.WriteBatch;
import io.concordkv.storage.wal.WalDamage;
import io.concordkv.storage.wal.WalRescue;
import io.concordkv.storage.wal.WalTail;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The files of a store that nobody has open, or those of an engine alone, damaged or not. They are
/// only read.
///
/// @param directory that of the engine
/// @param hasLog whether it is a store, not an engine alone
record StoreFiles(FileSystem files, EngineProvider engine, String directory, boolean hasLog) {
  /// Finds out what there is: the file STORE says it, and if that is not there or damaged, `named`
  /// is the engine. What cannot be told is a [ConcordException].
  static StoreFiles find(FileSystem files, @Nullable String named, Findings findings) {
    if (files.exists(StoreFile.NAME)) {
      try {
        var place = StoreFile.read(files, StoreFile.NAME).current();
        return new StoreFiles(files, provider(place.engine()), place.directory(), true);
      } catch (CorruptionError damaged) {
        findings.damaged(damaged);
      }
    }
    if (named == null) {
      throw new ConcordException(
          ErrorCode.BAD_SETTING,
          files.describe("") + " has no file STORE that says which engine it has: name the engine");
    }
    var directories =
        files.list("").stream()
            .filter(name -> name.equals(Store.ENGINE) || name.startsWith(Store.ENGINE + "-"))
            .toList();
    if (directories.size() > 1) {
      throw new ConcordException(
          ErrorCode.BAD_SETTING,
          files.describe("")
              + " has more than one engine: "
              + String.join(", ", directories)
              + ". Take away those that were left behind by a move");
    }
    return directories.isEmpty()
        ? new StoreFiles(files, provider(named), ".", false)
        : new StoreFiles(files, provider(named), directories.getFirst(), true);
  }

  private static EngineProvider provider(String name) {
    return Engines.installed().provider(name);
  }

  /// What the log has, in order.
  interface Reader {
    /// A commit, whose mark is its number.
    void commit(WriteBatch batch);

    /// Here something cannot be read.
    void damaged(CorruptionError damage);
  }

  /// Reads the log. What it lost at its end is damage.
  void readLog(Findings findings, Reader reader) {
    if (!hasLog || !files.exists(Store.LOG)) {
      return;
    }
    for (var name : files.list(Store.LOG)) {
      try (var file = files.open(Store.LOG + "/" + name, FileSystem.Mode.READ)) {
        findings.file(file.size());
      }
    }
    Consumer<WalDamage> damages = damage -> reader.damaged(damage.error());
    try {
      var tail =
          WalRescue.read(
              files, Store.LOG, record -> GroupRecord.open(record).read(reader::commit), damages);
      if (tail == WalTail.LOST) {
        reader.damaged(
            new CorruptionError(
                "the end of the log in "
                    + files.describe(Store.LOG)
                    + " is damaged although it was acknowledged"));
      }
    } catch (CorruptionError unreadable) {
      reader.damaged(unreadable);
    }
  }
}
