package io.concordkv.storage.engine.lsm;

import io.concordkv.base.Bytes;
import io.concordkv.base.ConcordException;
import io.concordkv.base.ErrorCode;
import io.concordkv.base.env.FileSystem;
import io.concordkv.storage.engine.lsm.table.Compression;
import io.concordkv.storage.engine.lsm.table.TableInfo;
import io.concordkv.storage.engine.lsm.table.TableWriter;
import org.jspecify.annotations.Nullable;

/// Writes sorted pairs to a file outside of any store, from which a store takes them in at once
/// ([io.concordkv.storage.engine.Engine#intake]): without a log, a memtable or a compaction. A file
/// is a table (docs/formats/sstable.md) with a number that no store gives. One that was not
/// finished is refused when it is taken in.
///
/// Used by one thread at a time.
public final class TableBuilder implements AutoCloseable {
  private static final TableWriter.Settings SETTINGS =
      new TableWriter.Settings(16 << 10, 16 << 10, 0, Compression.LZ4);

  private final FileSystem files;
  private final String path;
  private final TableWriter writer;
  private @Nullable Bytes last;
  private boolean over;

  private TableBuilder(FileSystem files, String path, TableWriter writer) {
    this.files = files;
    this.path = path;
    this.writer = writer;
  }

  /// Begins the file `path`, which must not exist.
  ///
  /// @param drawn by chance: it tells the blocks of this file from those of another one
  public static TableBuilder create(FileSystem files, String path, long drawn) {
    long id = drawn | Long.MIN_VALUE;
    return new TableBuilder(files, path, TableWriter.prepared(files, path, id, SETTINGS));
  }

  /// Keys come in ascending order, each once; else it is a [ConcordException] with
  /// [ErrorCode#BAD_TABLE], and the file goes on without that pair.
  public void put(Bytes key, Bytes value) {
    add(key, value);
  }

  /// Says that there is no such key, whatever the store has of it. In the same order as the pairs.
  public void delete(Bytes key) {
    add(key, null);
  }

  private void add(Bytes key, @Nullable Bytes value) {
    if (over) {
      throw new ConcordException(ErrorCode.BAD_TABLE, path + " is finished");
    }
    if (last != null && last.compareTo(key) >= 0) {
      throw new ConcordException(
          ErrorCode.BAD_TABLE,
          "the keys of " + path + " ascend, each once: '" + key + "' cannot follow '" + last + "'");
    }
    writer.add(key, value);
    last = key;
  }

  /// Makes the file whole and durable. One without a pair is a [ConcordException]. Blocks.
  public TableInfo finish() {
    if (over || last == null) {
      throw new ConcordException(
          ErrorCode.BAD_TABLE, path + (over ? " is finished" : " has no pairs"));
    }
    over = true;
    var info = writer.finish(0);
    int name = path.lastIndexOf('/');
    files.syncDirectory(name < 0 ? "" : path.substring(0, name));
    return info;
  }

  /// Removes the file if it was not finished.
  @Override
  public void close() {
    if (!over) {
      over = true;
      writer.abandon();
    }
  }
}
