package io.concordkv.storage.engine.lsm;

import io.concordkv.base.env.FileException;
import io.concordkv.base.env.FileSystem;
import io.concordkv.storage.engine.EngineMetrics;
import io.concordkv.storage.engine.WriteWork;
import io.concordkv.storage.engine.lsm.manifest.Edit;
import io.concordkv.storage.engine.lsm.table.BlockCache;
import io.concordkv.storage.engine.lsm.table.OpenTables;
import io.concordkv.storage.engine.lsm.table.Table;
import io.concordkv.storage.engine.lsm.table.TableFormat;
import io.concordkv.storage.engine.lsm.table.TableInfo;
import io.concordkv.storage.engine.lsm.table.TableWriter;
import io.concordkv.storage.engine.lsm.table.ValueFile;
import io.concordkv.storage.engine.lsm.table.ValueFiles;
import io.concordkv.storage.engine.lsm.table.ValueFormat;
import io.concordkv.storage.engine.lsm.table.ValueUse;
import io.concordkv.storage.engine.lsm.table.ValueWriter;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;

/// Where tables and value files are made, opened and deleted. Used by the loop and by workers at
/// once.
final class TableStore {
  private final FileSystem files;
  private final String directory;
  private final TableOptions options;
  private final ValueOptions values;
  private final BlockCache cache;
  private final ValueFiles valueFiles;
  private final OpenTables openTables;
  private final FileIds ids;
  private final AtomicBoolean closed = new AtomicBoolean();

  TableStore(FileSystem files, String directory, LsmOptions options, FileIds ids) {
    this.files = files;
    this.directory = directory;
    this.options = options.tables();
    this.values = options.values();
    this.valueFiles = new ValueFiles(files, directory);
    this.cache = new BlockCache(options.cache().blockBytes());
    this.openTables = new OpenTables(options.cache().openTables());
    this.ids = ids;
  }

  FileIds ids() {
    return ids;
  }

  FileSystem files() {
    return files;
  }

  String directory() {
    return directory;
  }

  /// A new table for `level`.
  TableWriter create(int level, LongSupplier numbers) {
    return new TableWriter(files, directory, numbers.getAsLong(), options.at(level));
  }

  ValueOptions values() {
    return values;
  }

  /// A new value file.
  ValueWriter createValues(LongSupplier numbers) {
    return new ValueWriter(files, directory, numbers.getAsLong(), values.compression());
  }

  Table open(TableInfo info) {
    return Table.open(files, directory, info, cache, openTables, valueFiles);
  }

  List<Levels.Placed> open(List<Edit.Placed> placed) {
    var tables =
        placed.stream().map(each -> new Levels.Placed(level(each), open(each.table()))).toList();
    var overlap = Levels.overlap(tables);
    if (overlap != null) {
      throw TableFormat.damaged(
          TableFormat.path(directory, overlap.info()),
          0,
          "the manifest puts this table over another one of its level");
    }
    return tables;
  }

  private int level(Edit.Placed placed) {
    if (placed.level() >= Levels.COUNT) {
      throw TableFormat.damaged(
          TableFormat.path(directory, placed.table()),
          0,
          "the manifest puts this table into level "
              + placed.level()
              + ", and there are "
              + Levels.COUNT);
    }
    return placed.level();
  }

  /// Makes the names of finished tables durable and opens them.
  List<Table> publish(List<TableInfo> finished) {
    if (!finished.isEmpty()) {
      files.syncDirectory(directory);
    }
    return finished.stream().map(this::open).toList();
  }

  void delete(TableInfo info) {
    files.delete(TableFormat.path(directory, info));
  }

  void deleteValues(ValueFile file) {
    files.delete(file.path());
  }

  /// Of a value file that was written here.
  void deleteValues(long id) {
    files.delete(ValueFormat.path(directory, id));
  }

  /// Makes a checkpoint of tables that the caller keeps from being deleted, until this is closed.
  Checkpoint.Attempt checkpoint(String target, String base, long mark, List<Edit.Placed> placed) {
    try {
      return Checkpoint.attempt(files, directory, target, base, ids.above(), mark, placed);
    } catch (FileException gone) {
      // Who opened the directory since removes what the manifest no longer names.
      if (isClosed()) {
        return new Checkpoint.Attempt(null, gone);
      }
      throw gone;
    }
  }

  /// A change of the manifest, in which no id is named that is not used up.
  Edit edit(boolean replaced, long mark, List<Table> removed, List<Levels.Placed> added) {
    return edit(replaced, ids.above(), mark, removed, added);
  }

  Edit edit(
      boolean replaced, long nextFile, long mark, List<Table> removed, List<Levels.Placed> added) {
    return new Edit(
        LsmEngine.TREE,
        replaced,
        nextFile,
        mark,
        removed.stream().map(table -> table.info().id()).toList(),
        added.stream()
            .map(placed -> new Edit.Placed(placed.level(), placed.table().info()))
            .toList());
  }

  long cachedBytes() {
    return cache.bytes();
  }

  /// With what the cache tells.
  EngineMetrics metrics(
      EngineMetrics engine, long debtBytes, long stalledWrites, Levels levels, WriteWork work) {
    var values = levels.values();
    return new EngineMetrics(
        engine.count(),
        engine.sizes(),
        cache.hits(),
        cache.misses(),
        debtBytes,
        stalledWrites,
        ValueUse.fileBytes(values),
        ValueUse.bytes(values),
        levels.all().stream().filter(table -> table.damage() != null).count(),
        work,
        engine.operations());
  }

  /// From now on nothing more is written: another engine may already own the directory.
  void close() {
    closed.set(true);
  }

  boolean isClosed() {
    return closed.get();
  }
}
