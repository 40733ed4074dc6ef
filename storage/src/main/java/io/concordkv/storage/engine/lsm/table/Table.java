package io.concordkv.storage.engine.lsm.table;

import io.concordkv.base.Bytes;
import io.concordkv.base.CorruptionError;
import io.concordkv.base.env.FileException;
import io.concordkv.base.env.FileSystem;
import io.concordkv.base.env.StoredFile;
import io.concordkv.storage.engine.KeyRange;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// A table that can be read, by any number of threads at once. Whatever is loaded from the file is
/// checked; what is damaged is a `CorruptionError` and never served.
///
/// The file is opened when it is first read; only then it turns out whether it is the table that
/// the manifest tells of.
public final class Table {
  /// What [#get] answers for a deleted key. Known by identity.
  private static final Bytes DELETED = Bytes.wrap(new byte[] {0});

  private static final int COPY_SHIFT = 48;

  private final TableInfo info;
  private final KeyRange span;
  private final TableFile file;
  private final long copy;
  private final BlockCache cache;
  private final ValueFiles valueFiles;

  /// Those that it refers to, in the order of their ids.
  private final List<ValueFile> values;

  /// Null until they are needed.
  private volatile @Nullable TableProperties properties;

  private int holders;

  /// What was met by whoever read it first and found it damaged, on any thread.
  private volatile @Nullable CorruptionError damage;

  private Table(
      TableInfo info,
      TableFile file,
      BlockCache cache,
      ValueFiles valueFiles,
      @Nullable TableProperties properties) {
    this.info = info;
    this.span = info.span();
    this.file = file;
    this.copy = info.copies().of(info.id());
    this.cache = cache;
    this.properties = properties;
    this.valueFiles = valueFiles;
    this.values = valueFiles.hold(info.values(), info.copies());
  }

  /// The table that `info` tells of. Nothing is read yet, unless it is not known how far it
  /// reaches.
  ///
  /// @param open the files of tables, of which it is one
  /// @param values which it shares with other tables of the directory
  public static Table open(
      FileSystem files,
      String directory,
      TableInfo info,
      BlockCache cache,
      OpenTables open,
      ValueFiles values) {
    var file = new TableFile(open, files, TableFormat.path(directory, info));
    if (info.extent() != Extent.UNKNOWN) {
      return new Table(info, file, cache, values, null);
    }
    return opened(file, cache, values, stored -> TableProperties.of(stored, info));
  }

  /// As [#open(FileSystem, String, TableInfo, BlockCache, OpenTables, ValueFiles)], for a table
  /// whose file has no others to give way to.
  public static Table open(
      FileSystem files, String directory, TableInfo info, BlockCache cache, ValueFiles values) {
    return open(files, directory, info, cache, new OpenTables(1), values);
  }

  /// As [#open(FileSystem, String, TableInfo, BlockCache, ValueFiles)], for one table alone.
  public static Table open(FileSystem files, String directory, TableInfo info, BlockCache cache) {
    return open(files, directory, info, cache, new ValueFiles(files, directory));
  }

  /// Opens the table `id` by what its file says of itself, when no manifest tells of it.
  public static Table openAlone(FileSystem files, String directory, long id) {
    int latest = Copies.found(files, directory).of(id);
    return openAlone(files, directory, TableFormat.fileName(id, latest));
  }

  /// The same for the file with this name, whichever copy of a table it is.
  public static Table openAlone(FileSystem files, String directory, String name) {
    long id = TableFormat.id(name);
    var copies = Copies.found(files, directory).with(id, TableFormat.copy(name));
    return alone(files, directory + "/" + name, id, copies, new ValueFiles(files, directory));
  }

  /// Opens a table that belongs to no store yet. What is none is a `CorruptionError`.
  public static Table openPrepared(FileSystem files, String path) {
    long id;
    try (var file = files.open(path, FileSystem.Mode.READ)) {
      id = TableFormat.footerId(file);
    }
    if (!TableFormat.isPrepared(id)) {
      throw new CorruptionError(path, 0, "this is no prepared table, or it was never finished");
    }
    return alone(files, path, id, Copies.NONE, new ValueFiles(files, ""));
  }

  private static Table alone(
      FileSystem files, String path, long id, Copies copies, ValueFiles values) {
    var size = new TableInfo(id, files.size(path), 0, 0, 0, Bytes.EMPTY, Bytes.EMPTY).with(copies);
    var file = new TableFile(new OpenTables(1), files, path);
    return opened(file, new BlockCache(0), values, stored -> TableProperties.load(stored, size));
  }

  private static Table opened(
      TableFile file,
      BlockCache cache,
      ValueFiles values,
      Function<StoredFile, TableProperties> load) {
    try {
      var properties = file.read(load);
      return new Table(properties.info(), file, cache, values, properties);
    } catch (Throwable damaged) {
      file.close();
      throw damaged;
    }
  }

  /// Checks that there is a file of the right length for the table that `info` tells of, without
  /// opening it. What is inside is checked when it is read.
  public static void look(FileSystem files, String directory, TableInfo info) {
    var path = TableFormat.path(directory, info);
    try {
      TableFormat.checkSize(path, files.size(path), info.bytes());
    } catch (FileException e) {
      if (e.kind() == FileException.Kind.NOT_FOUND) {
        throw TableFormat.missing(path);
      }
      throw e;
    }
  }

  /// This table, once its file was found to be the one that is told of.
  public Table checked() {
    properties();
    return this;
  }

  private TableProperties properties() {
    var known = properties;
    if (known == null) {
      // Should two threads do it at once, both find the same.
      try {
        known = file.read(open -> TableProperties.of(open, info));
      } catch (CorruptionError damaged) {
        throw met(damaged);
      }
      properties = known;
    }
    return known;
  }

  /// How the file is laid out. Reads and checks all of it.
  public TableLayout layout() {
    var top = top();
    var filter = filter();
    var prefixes = properties().part(TableProperties.PREFIXES);
    var partitions = partitions();
    var blocks = new ArrayList<TableLayout.Part>();
    long at = 0;
    var cursor = new IndexCursor(this, false);
    for (cursor.toFirst(); cursor.valid(); cursor.next()) {
      var block = cursor.block();
      at = behind(at, block);
      blocks.add(part(block, compression(at)));
    }
    return new TableLayout(
        blocks,
        partitions,
        top.isNone() ? null : part(top, Compression.NONE),
        filter.isNone() ? null : BloomFilter.fill(filter(filter).data),
        prefixes.isNone() ? null : BloomFilter.fill(filter(prefixes).data),
        ranges().list());
  }

  /// The blocks of the index without its top level, which has to say the same as they do.
  private List<TableLayout.Part> partitions() {
    var level = topLevel(false);
    if (level == null) {
      return List.of(part(index(), Compression.NONE));
    }
    var partitions = new ArrayList<TableLayout.Part>();
    long at = index().offset();
    for (int i = 0; i < level.restarts(); i++) {
      var block = level.handle(i);
      at = behind(at, block);
      var entries = partition(block, false);
      int last = entries.restarts() - 1;
      if (last < 0 || !entries.restartKey(last).equals(level.restartKey(i))) {
        throw TableFormat.damaged(
            file.path(),
            top().offset(),
            "the top level of the index has other keys than the index");
      }
      partitions.add(part(block, Compression.NONE));
    }
    if (at != index().end()) {
      throw TableFormat.damaged(
          file.path(), at, "the top level says nothing of a part of the index");
    }
    return partitions;
  }

  private long behind(long at, Handle block) {
    if (block.offset() != at) {
      throw TableFormat.damaged(file.path(), at, "the blocks do not lie one behind the other");
    }
    return block.end();
  }

  private TableLayout.Part part(Handle block, Compression compression) {
    return new TableLayout.Part(block.offset(), block.length(), load(block).length, compression);
  }

  private Compression compression(long blockEnd) {
    var type = ByteBuffer.allocate(1);
    file.read(open -> open.read(blockEnd - TableFormat.TRAILER_BYTES, type));
    var compression = Compression.of(type.get(0));
    if (compression == null) {
      throw TableFormat.damaged(file.path(), blockEnd, "no compression has the code of the block");
    }
    return compression;
  }

  String path() {
    return file.path();
  }

  public TableInfo info() {
    return info;
  }

  /// What it deletes of older tables. What it has itself in these ranges came later.
  public DeletedRanges ranges() {
    return info.deletesRanges() ? properties().ranges() : DeletedRanges.NONE;
  }

  /// Every key that it has or deletes lies here.
  public KeyRange span() {
    return span;
  }

  /// Whether all keys that it has or deletes lie below `key`.
  public boolean endsBelow(Bytes key) {
    var to = span.to();
    return to != null && to.compareTo(key) <= 0;
  }

  /// The value of `key`; null if the table says nothing of it; what [#isDeleted] knows if it is
  /// deleted. `hash` is [BloomFilter#hash(Bytes)] of the key.
  public @Nullable Bytes get(Bytes key, long hash) {
    var found = find(key, hash);
    if (found == null) {
      return ranges().contains(key) ? DELETED : null;
    }
    var value = value(found);
    return value == null ? DELETED : value;
  }

  /// What the blocks have of `key`; null if nothing.
  @Nullable Stored find(Bytes key, long hash) {
    var filter = filter();
    if (!filter.isNone() && !BloomFilter.mayContain(filter(filter).data, hash)) {
      return null;
    }
    var place = new IndexCursor(this, true);
    place.toCeiling(key);
    return place.valid() ? entries(place.block(), true).find(key) : null;
  }

  /// The value, wherever it lies; null if the key is deleted.
  @Nullable Bytes value(Stored stored) {
    var reference = stored.reference();
    if (reference == null) {
      return stored.bytes();
    }
    var holder = valueFile(reference.file());
    if (holder == null) {
      throw TableFormat.damaged(
          file.path(),
          0,
          "it refers to the value file %016x, which it does not name".formatted(reference.file()));
    }
    try {
      return holder.read(reference);
    } catch (CorruptionError damaged) {
      throw met(damaged);
    }
  }

  /// The value file `id`, if this table refers to it.
  public @Nullable ValueFile valueFile(long id) {
    for (var each : values) {
      if (each.id() == id) {
        return each;
      }
    }
    return null;
  }

  /// Damage that somebody met in it since it was opened; null if nobody did.
  public @Nullable CorruptionError damage() {
    return damage;
  }

  /// Somebody found it damaged, or what it refers to.
  public CorruptionError met(CorruptionError found) {
    damage = found;
    return found;
  }

  /// Whether an answer of [#get] means that the key is deleted.
  @SuppressWarnings("ReferenceEquality") // the mark is one object
  public static boolean isDeleted(Bytes answer) {
    return answer == DELETED;
  }

  /// A walk over the table. What it loads stays in the cache if `caching`: a compaction reads
  /// everything once and would only push out what others need.
  public TableRun run(boolean caching) {
    return run(caching, KeyRange.ALL);
  }

  /// The same for who wants only keys in `range`. It may have none of the others.
  public TableRun run(boolean caching, KeyRange range) {
    return new TableRun(this, caching, range);
  }

  /// False if the filter of prefixes tells that the table has no key in `range`. What it deletes
  /// there is another matter.
  boolean mayHave(KeyRange range) {
    var known = properties();
    var prefix = known.prefixes() == null ? null : known.prefixes().of(range);
    return prefix == null
        || BloomFilter.mayContain(
            filter(known.part(TableProperties.PREFIXES)).data, BloomFilter.hash(prefix));
  }

  /// One more set of levels has it. Called on the loop.
  public void retain() {
    holders++;
  }

  /// One less; whether it was the last. Called on the loop.
  public boolean release() {
    return --holders == 0;
  }

  /// Only once nobody reads it any more. Returns the value files to which no other open table
  /// refers.
  public List<ValueFile> close() {
    file.close();
    return valueFiles.letGo(values);
  }

  private Handle filter() {
    return properties().footer().filter();
  }

  /// All blocks of the index but for the top level.
  Handle index() {
    return properties().footer().index();
  }

  /// The top level of the index; none if the index is one block.
  Handle top() {
    return properties().top();
  }

  /// The blocks that are neither data nor of the index.
  List<Handle> others() {
    var others = new ArrayList<Handle>();
    if (!filter().isNone()) {
      others.add(filter());
    }
    for (var part : properties().parts()) {
      if (part.tag() != TableProperties.TOP_LEVEL) {
        others.add(part.block());
      }
    }
    return others;
  }

  /// The top level of the index, null if the index is one block.
  @Nullable Block topLevel(boolean caching) {
    return top().isNone() ? null : block(top(), Level.TOP, caching);
  }

  /// A block of the index but for the top level.
  Block partition(Handle handle, boolean caching) {
    return block(handle, Level.INDEX, caching);
  }

  /// A block of the data.
  Block entries(Handle handle, boolean caching) {
    return block(handle, Level.DATA, caching);
  }

  private Block block(Handle handle, Level level, boolean caching) {
    var cached = cache.get(info.id(), place(handle));
    if (cached != null) {
      return cached;
    }
    var block = load(handle, level);
    if (caching) {
      cache.put(info.id(), place(handle), block);
    }
    return block;
  }

  /// Where the cache has a block: two copies of a table are not the same there.
  private long place(Handle handle) {
    return copy << COPY_SHIFT | handle.offset();
  }

  /// What a block is for.
  enum Level {
    DATA,
    INDEX,
    TOP
  }

  /// A block, past the cache.
  Block load(Handle handle, Level level) {
    var data = load(handle);
    var block =
        switch (level) {
          case DATA -> Block.ofEntries(data);
          case INDEX -> Block.ofIndex(data, 0, properties().dataEnd());
          case TOP -> Block.ofIndex(data, index().offset(), index().end());
        };
    if (block == null) {
      throw met(
          TableFormat.damaged(file.path(), handle.offset(), "the block is not one of entries"));
    }
    return block;
  }

  private Block filter(Handle filter) {
    var cached = cache.get(info.id(), place(filter));
    if (cached != null) {
      return cached;
    }
    var data = load(filter);
    if (!BloomFilter.isWhole(data)) {
      throw met(TableFormat.damaged(file.path(), filter.offset(), "the block is not a filter"));
    }
    var block = Block.ofBytes(data);
    cache.put(info.id(), place(filter), block);
    return block;
  }

  /// All of its blocks, to be checked one after the other.
  public TableParts parts() {
    return new TableParts(this);
  }

  /// A block as it is in the file, checked and unpacked.
  byte[] load(Handle handle) {
    try {
      return file.read(open -> load(open, info.id(), info.bytes(), handle));
    } catch (CorruptionError damaged) {
      throw met(damaged);
    }
  }

  /// The content of a block of the file `id`, which has `size` bytes.
  static byte[] load(StoredFile file, long id, long size, Handle handle) {
    long offset = handle.offset();
    int length = handle.length();
    if (offset < 0 || length < 0 || offset > size - length) {
      throw TableFormat.damaged(file.path(), offset, "the block lies outside of the file");
    }
    var stored = new byte[length];
    int read = file.read(offset, ByteBuffer.wrap(stored));
    var data = read == length ? BlockCodec.unpack(stored, id, offset) : null;
    if (data == null) {
      throw TableFormat.damaged(file.path(), offset, "the block's checksum does not match");
    }
    return data;
  }
}
