package io.concordkv.embedded;

import java.util.function.Consumer;

/// Counts the bytes of a backup or a restore and tells how far it is. Used by one thread at a time.
final class Meter {
  private final Consumer<BackupProgress> progress;
  private long done;
  private long bytes;

  Meter(Consumer<BackupProgress> progress) {
    this.progress = progress;
  }

  /// So many more are to be read.
  void expect(long more) {
    bytes += more;
  }

  void moved(long read) {
    done += read;
    progress.accept(new BackupProgress(Math.min(done, bytes), bytes));
  }
}
