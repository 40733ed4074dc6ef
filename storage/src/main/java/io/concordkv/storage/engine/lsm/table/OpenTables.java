package io.concordkv.storage.engine.lsm.table;

import io.concordkv.base.Check;
import io.concordkv.base.env.StoredFile;
import java.util.LinkedHashSet;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// The files of tables that are open: those that were read last. One is opened when it is read, and
/// closed when there are more than are allowed and nobody reads it. Used by any number of threads
/// at once.
///
/// What is being read may exceed the number, by as many files as there are threads that read.
public final class OpenTables {
  private final int most;
  private final ReentrantLock lock = new ReentrantLock();

  /// Open, and nobody reads them; the one that was read least recently first.
  private final LinkedHashSet<TableFile> idle = new LinkedHashSet<>();

  private int open;

  public OpenTables(int most) {
    this.most = most;
  }

  /// How many are open.
  int count() {
    lock.lock();
    try {
      return open;
    } finally {
      lock.unlock();
    }
  }

  /// The file of `wanted`, which stays open until it is given back.
  StoredFile take(TableFile wanted) {
    lock.lock();
    try {
      var file = wanted.file;
      if (file != null) {
        hold(wanted);
        return file;
      }
    } finally {
      lock.unlock();
    }
    // Opening takes a while, for which nobody else has to wait. Should another thread do the same,
    // the first one prevails.
    var fresh = wanted.open();
    StoredFile needless = fresh;
    lock.lock();
    try {
      var file = wanted.file;
      if (file == null) {
        file = fresh;
        wanted.file = fresh;
        open++;
        needless = evicted();
      }
      hold(wanted);
      return file;
    } finally {
      lock.unlock();
      close(needless);
    }
  }

  void giveBack(TableFile used) {
    StoredFile needless = null;
    lock.lock();
    try {
      used.readers--;
      if (used.readers == 0) {
        idle.add(used);
        needless = evicted();
      }
    } finally {
      lock.unlock();
      close(needless);
    }
  }

  /// Closes the file of a table that nobody reads any more.
  void forget(TableFile gone) {
    StoredFile file;
    lock.lock();
    try {
      Check.that(gone.readers == 0, "a table is not closed while it is read");
      file = gone.file;
      if (file != null) {
        idle.remove(gone);
        open--;
        gone.file = null;
      }
    } finally {
      lock.unlock();
    }
    close(file);
  }

  private void hold(TableFile wanted) {
    wanted.readers++;
    idle.remove(wanted);
  }

  /// What has to be closed, if too many are open; null if nothing is.
  private @Nullable StoredFile evicted() {
    if (open <= most || idle.isEmpty()) {
      return null;
    }
    var oldest = idle.removeFirst();
    var file = oldest.file;
    oldest.file = null;
    open--;
    return file;
  }

  private static void close(@Nullable StoredFile file) {
    if (file != null) {
      file.close();
    }
  }
}
