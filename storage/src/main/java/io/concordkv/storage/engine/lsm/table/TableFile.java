package io.concordkv.storage.engine.lsm.table;

import io.concordkv.base.Check;
import io.concordkv.base.env.FileException;
import io.concordkv.base.env.FileSystem;
import io.concordkv.base.env.StoredFile;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The file of a table, open only while it is read and for some time after ([OpenTables]).
final class TableFile {
  private final OpenTables all;
  private final FileSystem files;
  private final String path;
  private volatile boolean closed;

  /// These two belong to [OpenTables], under its lock.
  @Nullable StoredFile file;

  int readers;

  TableFile(OpenTables all, FileSystem files, String path) {
    this.all = all;
    this.files = files;
    this.path = path;
  }

  String path() {
    return path;
  }

  <T> T read(Function<StoredFile, T> reader) {
    Check.that(!closed, "a closed table is not read");
    var open = all.take(this);
    try {
      return reader.apply(open);
    } finally {
      all.giveBack(this);
    }
  }

  StoredFile open() {
    try {
      return files.open(path, FileSystem.Mode.READ);
    } catch (FileException e) {
      if (e.kind() == FileException.Kind.NOT_FOUND) {
        throw TableFormat.missing(path);
      }
      throw e;
    }
  }

  /// Only once nobody reads it any more.
  void close() {
    closed = true;
    all.forget(this);
  }
}
