package io.concordkv.storage.engine.lsm.table;

import io.concordkv.base.env.FileSystem;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;

/// The value files of a directory to which open tables refer, each open once however many tables
/// share it. A lock lets one of the loop and the workers in at a time.
public final class ValueFiles {
  private final FileSystem files;
  private final String directory;
  private final ReentrantLock lock = new ReentrantLock();

  /// By their paths.
  private final TreeMap<String, ValueFile> open = new TreeMap<>();

  public ValueFiles(FileSystem files, String directory) {
    this.files = files;
    this.directory = directory;
  }

  /// One more table is open that refers to these. In the order of their ids.
  List<ValueFile> hold(List<ValueUse> uses, Copies copies) {
    lock.lock();
    try {
      var held = new ArrayList<ValueFile>();
      for (var use : uses) {
        long id = use.file();
        var file =
            open.computeIfAbsent(
                ValueFormat.path(directory, id, copies),
                path -> new ValueFile(files, path, id, use.fileBytes()));
        file.holders++;
        held.add(file);
      }
      return held;
    } finally {
      lock.unlock();
    }
  }

  /// One less. Closes those of which it was the last, and returns them.
  List<ValueFile> letGo(List<ValueFile> held) {
    lock.lock();
    try {
      var closed = new ArrayList<ValueFile>();
      for (var file : held) {
        if (--file.holders == 0) {
          var gone = Objects.requireNonNull(open.remove(file.path()));
          gone.close();
          closed.add(gone);
        }
      }
      return closed;
    } finally {
      lock.unlock();
    }
  }
}
