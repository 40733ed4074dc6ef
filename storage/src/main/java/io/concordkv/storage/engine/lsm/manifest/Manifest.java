package io.concordkv.storage.engine.lsm.manifest;

import io.concordkv.base.Bytes;
import io.concordkv.base.Check;
import io.concordkv.base.CorruptionError;
import io.concordkv.base.env.FileSystem;
import io.concordkv.base.env.StoredFile;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;

/// The manifest of a directory. Blocks, so it is used while a store opens or closes and by workers;
/// a lock lets one of them in at a time.
///
/// Edits are appended to a file, each made durable before [#append(Edit)] returns. Behind an edit
/// that is durable stands a confirmation, so a damaged edit can be told from one that a power cut
/// tore off: what is torn off was never confirmed. When the file has grown far beyond what its
/// content needs, a new one takes its place by an atomic rename of the pointer `CURRENT`.
public final class Manifest implements AutoCloseable {
  /// A file smaller than this is not worth replacing.
  private static final long REWRITE_BYTES = 4096;

  private static final int REWRITE_FACTOR = 8;

  private final ReentrantLock lock = new ReentrantLock();
  private final FileSystem files;
  private final String directory;
  private final TreeMap<Long, TreeState> trees;
  private long number;
  private long nextFile;
  private StoredFile file;
  private long size;
  private long rewriteAt;
  private boolean closed;

  private Manifest(
      FileSystem files, String directory, long number, Map<Long, TreeState> trees, long next) {
    this.files = files;
    this.directory = directory;
    this.trees = new TreeMap<>(trees);
    this.nextFile = next;
    this.number = number;
    this.file = rewrite();
  }

  /// Opens the manifest in `directory`, or makes a new one where there is none.
  ///
  /// What is read is always written anew and made durable before anybody acts on it: after a crash
  /// of the process alone, what can be read may not yet be on the medium.
  public static Manifest open(FileSystem files, String directory) {
    files.syncDirectory(directory);
    var names = files.list(directory);
    var trees = new TreeMap<Long, TreeState>();
    if (!names.contains(Current.NAME)) {
      refuseTablesAlone(directory, names);
      deleteOthers(files, directory, 0);
      return new Manifest(files, directory, 1, trees, 1);
    }
    long number = Current.read(files, directory);
    deleteOthers(files, directory, number);
    long nextFile = 1;
    for (var edit : ManifestFile.read(files, directory, number)) {
      apply(edit, trees.computeIfAbsent(edit.tree(), _ -> new TreeState()), directory, number);
      nextFile = next(nextFile, edit);
    }
    var manifest = new Manifest(files, directory, number + 1, trees, nextFile);
    deleteOthers(files, directory, number + 1);
    return manifest;
  }

  /// What the manifest in `directory` says of `tree`, for those who only look: nothing is written.
  public static TreeState look(FileSystem files, String directory, long tree) {
    var state = new TreeState();
    if (files.exists(directory + "/" + Current.NAME)) {
      long number = Current.read(files, directory);
      for (var edit : ManifestFile.read(files, directory, number)) {
        if (edit.tree() == tree) {
          apply(edit, state, directory, number);
        }
      }
    } else {
      refuseTablesAlone(directory, files.list(directory));
    }
    return state;
  }

  /// Does to `state` what a record says that was read.
  private static void apply(Edit edit, TreeState state, String directory, long number) {
    var refusal = state.apply(edit);
    if (refusal != null) {
      throw ManifestFile.damaged(ManifestFile.path(directory, number), 0, refusal);
    }
  }

  /// A content that takes the place of all there was may come with the numbers of whom it is from.
  private static long next(long known, Edit edit) {
    return edit.replaced() ? edit.nextFile() : Math.max(known, edit.nextFile());
  }

  /// What is known of `tree`.
  public TreeState state(long tree) {
    return trees.computeIfAbsent(tree, _ -> new TreeState());
  }

  /// The lowest id that no table ever had.
  public long nextFile() {
    return nextFile;
  }

  /// Makes `edit` durable. After [#close()] it does nothing.
  public void append(Edit edit) {
    lock.lock();
    try {
      if (closed) {
        return;
      }
      var refusal = state(edit.tree()).apply(edit);
      Check.that(refusal == null, String.valueOf(refusal));
      nextFile = next(nextFile, edit);
      if (size >= rewriteAt) {
        var old = file;
        number++;
        file = rewrite();
        old.close();
        files.delete(ManifestFile.path(directory, number - 1));
        return;
      }
      size += write(file, size, ManifestFile.edit(edit, number, size));
      file.sync();
      size += write(file, size, ManifestFile.confirmation(number, size));
    } finally {
      lock.unlock();
    }
  }

  /// How large its file is.
  public long bytes() {
    lock.lock();
    try {
      return size;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      file.close();
    } finally {
      lock.unlock();
    }
  }

  /// Writes everything into the file with this manifest's number and points `CURRENT` to it.
  private StoredFile rewrite() {
    var path = ManifestFile.path(directory, number);
    var fresh = files.open(path, FileSystem.Mode.CREATE);
    size = write(fresh, 0, ManifestFile.header(number));
    for (var tree : trees.entrySet()) {
      var summary = tree.getValue().summary(tree.getKey(), nextFile);
      size += write(fresh, size, ManifestFile.edit(summary, number, size));
    }
    size += write(fresh, size, ManifestFile.confirmation(number, size));
    fresh.sync();
    files.syncDirectory(directory);
    Current.write(files, directory, number);
    rewriteAt = Math.max(REWRITE_BYTES, REWRITE_FACTOR * size);
    return fresh;
  }

  private static void refuseTablesAlone(String directory, List<String> names) {
    if (names.stream().anyMatch(name -> name.endsWith(".sst"))) {
      throw new CorruptionError(
          directory + "/" + Current.NAME,
          0,
          "it is missing although there are tables. Restore it, or remove the directory and"
              + " let this node fetch the data from its peers");
    }
  }

  private static long write(StoredFile file, long position, Bytes bytes) {
    file.write(position, bytes.toByteBuffer());
    return bytes.length();
  }

  private static void deleteOthers(FileSystem files, String directory, long number) {
    for (var name : files.list(directory)) {
      if ((ManifestFile.isManifest(name) && !name.equals(ManifestFile.name(number)))
          || name.equals(Current.TEMPORARY)) {
        files.delete(directory + "/" + name);
      }
    }
  }
}
