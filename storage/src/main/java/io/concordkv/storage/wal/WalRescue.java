package io.concordkv.storage.wal;

import io.concordkv.base.env.FileSystem;
import java.util.function.Consumer;

/// Reads all that is whole of a log that nobody has open, before and behind what is damaged, and
/// changes nothing.
public final class WalRescue {
  private WalRescue() {}

  /// Gives `records` the records of the log in `directory` in order, and between them `damages`
  /// what cannot be read. A log that is not there is empty. Blocks.
  ///
  /// What does not fit together at all is a [io.concordkv.base.CorruptionError], and nothing behind
  /// it is read.
  public static WalTail read(
      FileSystem files,
      String directory,
      Consumer<WalRecord> records,
      Consumer<WalDamage> damages) {
    if (!files.exists(directory)) {
      return WalTail.CLEAN;
    }
    return Recovery.look(files, directory, (record, _) -> records.accept(record), damages);
  }
}
