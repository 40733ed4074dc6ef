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
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A table that can be read, by any number of threads at once. Whatever is loaded from the file is
/// checked; what is damaged is a `CorruptionError` and never served.
public final class Table {
  private final TableInfo info;
  private final StoredFile file;
  private final BlockCache cache;
  private final long filterOffset;
  private final int filterLength;
  private final long indexOffset;
  private final int indexLength;
  private final List<TableProperties.Part> parts;
  private final DeletedRanges ranges;
  private final KeyRange span;
  private int holders;

  private Table(StoredFile file, BlockCache cache, TableFooter footer, TableProperties properties) {
    this.info = properties.info();
    this.file = file;
    this.cache = cache;
    this.filterOffset = footer.filterOffset();
    this.filterLength = footer.filterLength();
    this.indexOffset = footer.indexOffset();
    this.indexLength = footer.indexLength();
    this.parts = properties.parts();
    this.ranges = properties.ranges();
    this.span = properties.span();
  }

  /// Opens the table that `info` tells of and checks that the file is that table.
  public static Table open(FileSystem files, String directory, TableInfo info, BlockCache cache) {
    var path = TableFormat.path(directory, info.id());
    StoredFile file;
    try {
      file = files.open(path, FileSystem.Mode.READ);
    } catch (FileException e) {
      if (e.kind() == FileException.Kind.NOT_FOUND) {
        throw TableFormat.damaged(path, 0, "the manifest names this table, but it is missing");
      }
      throw e;
    }
    try {
      var footer = TableFooter.read(file, info);
      var properties = TableProperties.load(file, info, footer);
      if (!properties.info().equals(info)) {
        throw TableFormat.damaged(
            file.path(),
            footer.propertiesOffset(),
            "the table is another one than the manifest says");
      }
      return new Table(file, cache, footer, properties);
    } catch (Throwable damaged) {
      file.close();
      throw damaged;
    }
  }

  /// Opens the table `id` when there is no manifest that tells of it: by what its file says of
  /// itself.
  public static Table openAlone(FileSystem files, String directory, long id) {
    return alone(files.open(TableFormat.path(directory, id), FileSystem.Mode.READ), id);
  }

  /// Opens a table that belongs to no store yet. What is none is a `CorruptionError`.
  public static Table openPrepared(FileSystem files, String path) {
    var file = files.open(path, FileSystem.Mode.READ);
    long id = TableFormat.footerId(file);
    if (!TableFormat.isPrepared(id)) {
      file.close();
      throw new CorruptionError(path, 0, "this is no prepared table, or it was never finished");
    }
    return alone(file, id);
  }

  private static Table alone(StoredFile file, long id) {
    try {
      var size = new TableInfo(id, file.size(), 0, 0, 0, Bytes.EMPTY, Bytes.EMPTY);
      var footer = TableFooter.read(file, size);
      return new Table(file, new BlockCache(0), footer, TableProperties.load(file, size, footer));
    } catch (Throwable damaged) {
      file.close();
      throw damaged;
    }
  }

  /// How the file is laid out. Reads and checks all of it.
  public TableLayout layout() {
    var index = index(false);
    var blocks = new ArrayList<TableLayout.Part>();
    long at = 0;
    for (int i = 0; i < index.restarts(); i++) {
      var block = block(index, i, false);
      long offset = index.handleOffset(i);
      int length = index.handleLength(i);
      if (offset != at) {
        throw TableFormat.damaged(file.path(), at, "the blocks do not lie one behind the other");
      }
      at += length;
      blocks.add(new TableLayout.Part(offset, length, block.data.length, compression(at)));
    }
    var filter = filterLength == 0 ? null : BloomFilter.fill(filter().data);
    return new TableLayout(
        blocks,
        new TableLayout.Part(indexOffset, indexLength, index.data.length, Compression.NONE),
        filter,
        ranges.list());
  }

  private Compression compression(long blockEnd) {
    var type = ByteBuffer.allocate(1);
    file.read(blockEnd - TableFormat.TRAILER_BYTES, type);
    return Objects.requireNonNull(Compression.of(type.get(0)), "a block was read before");
  }

  String path() {
    return file.path();
  }

  public TableInfo info() {
    return info;
  }

  /// What it deletes of older tables. What it has itself in these ranges came later.
  public DeletedRanges ranges() {
    return ranges;
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
    var answer = find(key, hash);
    return answer == null && ranges.contains(key) ? Block.DELETED : answer;
  }

  private @Nullable Bytes find(Bytes key, long hash) {
    if (filterLength > 0 && !BloomFilter.mayContain(filter().data, hash)) {
      return null;
    }
    var index = index(true);
    int entry = index.firstRestartAtOrAbove(key);
    return entry == index.restarts() ? null : block(index, entry, true).find(key);
  }

  /// Whether an answer of [#get] means that the key is deleted.
  @SuppressWarnings("ReferenceEquality") // the mark is one object
  public static boolean isDeleted(Bytes answer) {
    return answer == Block.DELETED;
  }

  /// A walk over the table. What it loads stays in the cache if `caching`: a compaction reads
  /// everything once and would only push out what others need.
  public TableRun run(boolean caching) {
    return new TableRun(this, caching);
  }

  /// One more set of levels has it. Called on the loop.
  public void retain() {
    holders++;
  }

  /// One less; whether it was the last. Called on the loop.
  public boolean release() {
    return --holders == 0;
  }

  /// Only once nobody reads it any more.
  public void close() {
    file.close();
  }

  Block index(boolean caching) {
    return entries(indexOffset, indexLength, caching);
  }

  Block block(Block index, int entry, boolean caching) {
    return entries(index.handleOffset(entry), index.handleLength(entry), caching);
  }

  private Block entries(long offset, int length, boolean caching) {
    var cached = cache.get(info.id(), offset);
    if (cached != null) {
      return cached;
    }
    var block = Block.ofEntries(load(offset, length));
    if (block == null) {
      throw TableFormat.damaged(file.path(), offset, "the block is not one of entries");
    }
    if (caching) {
      cache.put(info.id(), offset, block);
    }
    return block;
  }

  private Block filter() {
    var cached = cache.get(info.id(), filterOffset);
    if (cached != null) {
      return cached;
    }
    var data = load(filterOffset, filterLength);
    if (!BloomFilter.isWhole(data)) {
      throw TableFormat.damaged(file.path(), filterOffset, "the block is not a filter");
    }
    var block = Block.ofBytes(data);
    cache.put(info.id(), filterOffset, block);
    return block;
  }

  /// Reads a part of the file and checks it, past the cache, and returns its length: the index and
  /// the filter are parts 0 and 1, then come those with a tag, and the blocks. 0 behind the last
  /// part. A part that is damaged is a `CorruptionError`; without its index nothing else of the
  /// table is looked at.
  public int check(int part) {
    if (part == 0) {
      return load(indexOffset, indexLength).length;
    }
    if (part == 1 && filterLength > 0) {
      return load(filterOffset, filterLength).length;
    }
    var index = index(false);
    int tagged = part - (filterLength > 0 ? 2 : 1);
    if (tagged < parts.size()) {
      return load(parts.get(tagged).offset(), parts.get(tagged).length()).length;
    }
    int entry = tagged - parts.size();
    return entry < index.restarts()
        ? load(index.handleOffset(entry), index.handleLength(entry)).length
        : 0;
  }

  private byte[] load(long offset, int length) {
    return load(file, info, offset, length);
  }

  static byte[] load(StoredFile file, TableInfo info, long offset, int length) {
    if (offset < 0 || length < 0 || offset + length > info.bytes()) {
      throw TableFormat.damaged(file.path(), offset, "the block lies outside of the file");
    }
    var stored = new byte[length];
    int read = file.read(offset, ByteBuffer.wrap(stored));
    var data = read == length ? BlockCodec.unpack(stored, info.id(), offset) : null;
    if (data == null) {
      throw TableFormat.damaged(file.path(), offset, "the block's checksum does not match");
    }
    return data;
  }
}
