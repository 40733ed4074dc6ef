package io.concordkv.storage.engine.lsm.table;

import io.concordkv.base.ByteReader;
import io.concordkv.base.Bytes;
import io.concordkv.base.CorruptionError;
import io.concordkv.base.env.FileException;
import io.concordkv.base.env.FileSystem;
import io.concordkv.base.env.StoredFile;
import java.nio.ByteBuffer;
import java.util.ArrayList;
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
  private int holders;

  private Table(TableInfo info, StoredFile file, BlockCache cache, ByteReader footer) {
    this.info = info;
    this.file = file;
    this.cache = cache;
    this.filterOffset = footer.u64();
    this.filterLength = footer.u32();
    this.indexOffset = footer.u64();
    this.indexLength = footer.u32();
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
      var footer = readFooter(file, info);
      var table = new Table(info, file, cache, footer);
      table.checkProperties(footer);
      return table;
    } catch (Throwable damaged) {
      file.close();
      throw damaged;
    }
  }

  private static ByteReader readFooter(StoredFile file, TableInfo info) {
    long at = info.bytes() - TableFormat.FOOTER_BYTES;
    if (file.size() != info.bytes() || at < 0) {
      throw TableFormat.damaged(
          file.path(),
          0,
          "the table has %d bytes and should have %d".formatted(file.size(), info.bytes()));
    }
    var bytes = new byte[TableFormat.FOOTER_BYTES];
    file.read(at, ByteBuffer.wrap(bytes));
    var tail = new ByteReader(Bytes.wrap(bytes, 48, 16));
    int crc = tail.u32();
    int zero = tail.u32();
    if (tail.u64() != TableFormat.MAGIC) {
      throw TableFormat.damaged(file.path(), at, "this is not the end of a table");
    }
    if (zero != 0 || crc != TableFormat.crc(bytes, 0, 48, info.id(), at)) {
      throw TableFormat.damaged(file.path(), at, "the footer's checksum does not match");
    }
    int version = new ByteReader(Bytes.wrap(bytes, 44, 4)).u32();
    if (version < TableFormat.OLDEST_VERSION || version > TableFormat.VERSION) {
      throw TableFormat.damaged(
          file.path(), at, "the table has version " + version + ", which is not known here");
    }
    return new ByteReader(Bytes.wrap(bytes, 0, 48));
  }

  private void checkProperties(ByteReader footer) {
    long offset = footer.u64();
    if (!properties(offset, footer.u32()).equals(info)) {
      throw TableFormat.damaged(
          file.path(), offset, "the table is another one than the manifest says");
    }
  }

  private TableInfo properties(long offset, int length) {
    var in = new ByteReader(Bytes.wrap(load(offset, length)));
    return new TableInfo(
        info.id(), info.bytes(), in.varint(), in.varint(), in.u64(), in.bytes(), in.bytes());
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
      var footer = readFooter(file, size);
      var unknown = new Table(size, file, new BlockCache(0), footer);
      var info = unknown.properties(footer.u64(), footer.u32());
      return new Table(info, file, new BlockCache(0), readFooter(file, info));
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
        filter);
  }

  private Compression compression(long blockEnd) {
    var type = ByteBuffer.allocate(1);
    file.read(blockEnd - TableFormat.TRAILER_BYTES, type);
    return Objects.requireNonNull(Compression.of(type.get(0)), "a block was read before");
  }

  public TableInfo info() {
    return info;
  }

  /// The value of `key`; null if the table does not have it; what [#isDeleted] knows if it is
  /// deleted. `hash` is [BloomFilter#hash(Bytes)] of the key.
  public @Nullable Bytes get(Bytes key, long hash) {
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
  /// the filter are parts 0 and 1, then come the blocks. 0 behind the last part. A part that is
  /// damaged is a `CorruptionError`; without its index nothing else of the table is looked at.
  public int check(int part) {
    if (part == 0) {
      return load(indexOffset, indexLength).length;
    }
    if (part == 1 && filterLength > 0) {
      return load(filterOffset, filterLength).length;
    }
    var index = index(false);
    int entry = part - (filterLength > 0 ? 2 : 1);
    return entry < index.restarts()
        ? load(index.handleOffset(entry), index.handleLength(entry)).length
        : 0;
  }

  private byte[] load(long offset, int length) {
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
