package io.concordkv.storage.engine.lsm.table;

import io.concordkv.base.ByteWriter;
import io.concordkv.base.Bytes;
import io.concordkv.base.Check;
import io.concordkv.base.env.FileSystem;
import io.concordkv.base.env.StoredFile;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Writes one table, its keys in ascending order. Used by one thread at a time.
public final class TableWriter {
  /// So much is collected before it is given to the file.
  private static final int WRITE_BYTES = 256 << 10;

  /// How tables are written.
  ///
  /// @param blockBytes a data block is closed when it has reached this size
  /// @param indexBlockBytes an index that is larger has blocks of about that size, and a top level
  /// @param bloomBitsPerKey 0: no filter
  /// @param compression of data blocks, where it pays
  /// @param prefixes null: no filter of prefixes. It has as many bits for each as for a key
  public record Settings(
      int blockBytes,
      int indexBlockBytes,
      int bloomBitsPerKey,
      Compression compression,
      @Nullable PrefixExtractor prefixes) {
    public Settings(
        int blockBytes, int indexBlockBytes, int bloomBitsPerKey, Compression compression) {
      this(blockBytes, indexBlockBytes, bloomBitsPerKey, compression, null);
    }
  }

  /// A block of the index, which has to wait for the end of the data.
  ///
  /// @param limit the key of its last entry
  private record Partition(Bytes limit, Bytes block) {}

  private final FileSystem files;
  private final String path;
  private final long id;
  private final Settings settings;
  private final StoredFile file;
  private final BlockCodec codec;
  private final BlockWriter data;
  private final BlockWriter index = new BlockWriter(1, 4096);
  private final List<Partition> partitions = new ArrayList<>();
  private final BloomFilter filter = new BloomFilter();
  private final BloomFilter prefixFilter = new BloomFilter();
  private @Nullable Bytes prefix;
  private final List<ByteBuffer> pending = new ArrayList<>();
  private long pendingBytes;
  private long position;
  private @Nullable Bytes smallest;
  private Bytes largest = Bytes.EMPTY;
  private @Nullable Handle unindexed;
  private Bytes endOfUnindexed = Bytes.EMPTY;

  /// The key of the last entry of the index.
  private Bytes limit = Bytes.EMPTY;

  private long entries;
  private long tombstones;
  private final Crowd crowd = new Crowd();

  /// What it refers to of each value file.
  private final TreeMap<Long, Long> usedBytes = new TreeMap<>();

  public TableWriter(FileSystem files, String directory, long id, Settings settings) {
    this(id, files, TableFormat.path(directory, id), settings);
  }

  private TableWriter(long id, FileSystem files, String path, Settings settings) {
    this.files = files;
    this.path = path;
    this.id = id;
    this.settings = settings;
    this.codec = new BlockCodec(settings.compression());
    this.data = new BlockWriter(TableFormat.RESTART_INTERVAL, settings.blockBytes() + 1024);
    this.file = files.open(path, FileSystem.Mode.CREATE);
  }

  /// Writes a table that belongs to no store yet, under any name.
  ///
  /// @param id for which [TableFormat#isPrepared] holds
  public static TableWriter prepared(FileSystem files, String path, long id, Settings settings) {
    Check.that(TableFormat.isPrepared(id), "the id of a prepared table is not one of a store");
    return new TableWriter(id, files, path, settings);
  }

  /// A `value` of null is a deletion.
  public void add(Bytes key, @Nullable Bytes value) {
    begin(key);
    data.add(key, value);
    tombstones += value == null ? 1 : 0;
    crowd.add(value == null);
    end(key);
  }

  /// A key whose value lies in a value file.
  public void refer(Bytes key, ValueReference value) {
    begin(key);
    data.refer(key, value);
    usedBytes.merge(value.file(), (long) value.length(), Long::sum);
    crowd.add(false);
    end(key);
  }

  private void begin(Bytes key) {
    Check.that(smallest == null || largest.compareTo(key) < 0, "the keys of a table ascend");
    smallest = smallest == null ? key : smallest;
    indexUpTo(key);
  }

  private void end(Bytes key) {
    if (settings.bloomBitsPerKey() > 0) {
      filter.add(key);
      addPrefix(key);
    }
    largest = key;
    entries++;
    if (data.size() >= settings.blockBytes()) {
      endBlock();
    }
  }

  /// Keys ascend, so those with the same prefix follow one another.
  private void addPrefix(Bytes key) {
    var extractor = settings.prefixes();
    var next = extractor == null ? null : extractor.of(key);
    if (next != null && !next.equals(prefix)) {
      prefixFilter.add(next);
      prefix = next;
    }
  }

  /// How large the file is so far, without what comes behind the data.
  public long bytes() {
    return position + data.size();
  }

  /// Ends the table and makes the file durable; its name in the directory is not yet.
  public TableInfo finish(long mark) {
    return finish(mark, DeletedRanges.NONE);
  }

  /// As [#finish(long, DeletedRanges, Map)], for a table that has all its values itself.
  public TableInfo finish(long mark, DeletedRanges ranges) {
    return finish(mark, ranges, new TreeMap<>());
  }

  /// As [#finish(long)], for a table that also deletes `ranges` of older ones, and may have no keys
  /// then. What was added stays: a key that such a range deletes of this memtable or table is left
  /// out by the caller.
  ///
  /// @param fileBytes how large each value file is that was referred to, by id
  public TableInfo finish(long mark, DeletedRanges ranges, Map<Long, Long> fileBytes) {
    Check.that(smallest != null || !ranges.isEmpty(), "a table has a key or deletes a range");
    if (!data.isEmpty()) {
      endBlock();
    }
    indexUpTo(null);
    var first = smallest;
    boolean open = false;
    if (!ranges.isEmpty()) {
      var begin = ranges.get(0).from();
      var last = ranges.get(ranges.size() - 1);
      var end = last.to() == null ? last.from() : last.to();
      open = first == null || end.compareTo(largest) > 0;
      largest = open ? end : largest;
      first = first == null || begin.compareTo(first) < 0 ? begin : first;
    }
    var bounds = Objects.requireNonNull(first);
    var filterAt =
        settings.bloomBitsPerKey() > 0
            ? append(filter.finish(settings.bloomBitsPerKey()), false)
            : Handle.NONE;
    var parts = new ArrayList<TableProperties.Part>();
    var prefixes = settings.bloomBitsPerKey() > 0 ? settings.prefixes() : null;
    if (prefixes != null) {
      var block = append(prefixFilter.finish(settings.bloomBitsPerKey()), false);
      parts.add(new TableProperties.Part(TableProperties.PREFIXES, block));
    }
    if (!ranges.isEmpty()) {
      var block = append(TableProperties.write(ranges, open), false);
      parts.add(new TableProperties.Part(TableInfo.RANGES, block));
    }
    var values = new ArrayList<ValueUse>();
    usedBytes.forEach((file, used) ->
        values.add(new ValueUse(file, Objects.requireNonNull(fileBytes.get(file)), used)));
    if (!values.isEmpty()) {
      var block = append(ValueUse.encode(values), false);
      parts.add(new TableProperties.Part(TableInfo.VALUES, block));
    }
    var indexAt = appendIndex(parts);
    var properties =
        TableProperties.write(entries, tombstones, mark, bounds, largest, parts, prefixes);
    var propertiesAt = append(properties, false);
    footer(filterAt, indexAt, propertiesAt);
    write();
    file.sync();
    file.close();
    var extent = TableProperties.extent(ranges, open);
    return new TableInfo(
        id,
        position,
        entries,
        tombstones,
        mark,
        bounds,
        largest,
        extent,
        values,
        crowd.most(),
        Copies.NONE);
  }

  /// Gives up but leaves the file: the next one who opens the store removes it.
  public void close() {
    file.close();
  }

  /// Gives up: closes the file and deletes it.
  public void abandon() {
    file.close();
    files.delete(path);
  }

  private void endBlock() {
    unindexed = append(data.finish(), true);
    endOfUnindexed = largest;
  }

  /// An index entry needs only to lie between its block and the next, so it is as short as that
  /// allows.
  private void indexUpTo(@Nullable Bytes next) {
    var handle = unindexed;
    if (handle != null) {
      limit = next == null ? endOfUnindexed : separator(endOfUnindexed, next);
      index.add(limit, handle.written());
      unindexed = null;
      if (index.size() >= settings.indexBlockBytes()) {
        endPartition();
      }
    }
  }

  private void endPartition() {
    partitions.add(new Partition(limit, index.finish()));
  }

  /// Writes the blocks of the index, and a top level if there are several, which becomes one of
  /// `parts`.
  private Handle appendIndex(List<TableProperties.Part> parts) {
    // That of a table without keys is an empty block.
    if (!index.isEmpty() || partitions.isEmpty()) {
      endPartition();
    }
    long from = position;
    var top = new BlockWriter(1, 4096);
    for (var each : partitions) {
      top.add(each.limit, append(each.block, false).written());
    }
    var all = new Handle(from, Math.toIntExact(position - from));
    if (partitions.size() > 1) {
      var block = append(top.finish(), false);
      parts.add(new TableProperties.Part(TableProperties.TOP_LEVEL, block));
    }
    return all;
  }

  /// A key from `low` on and below `high`.
  private static Bytes separator(Bytes low, Bytes high) {
    int shared = BlockWriter.shared(low, high);
    if (shared < low.length() && shared < high.length()) {
      int length = shared + 1;
      if (length < low.length() && (low.at(shared) & 0xFF) + 1 < (high.at(shared) & 0xFF)) {
        var between = low.slice(0, length).toArray();
        between[shared]++;
        return Bytes.wrap(between);
      }
    }
    return low;
  }

  private Handle append(Bytes block, boolean compress) {
    var stored = codec.pack(block, compress, id, position);
    var handle = new Handle(position, stored.remaining());
    append(stored);
    return handle;
  }

  private void append(ByteBuffer bytes) {
    pending.add(bytes);
    pendingBytes += bytes.remaining();
    position += bytes.remaining();
    if (pendingBytes >= WRITE_BYTES) {
      write();
    }
  }

  private void write() {
    file.write(position - pendingBytes, pending.toArray(ByteBuffer[]::new));
    pending.clear();
    pendingBytes = 0;
  }

  private void footer(Handle filterAt, Handle indexAt, Handle propertiesAt) {
    var footer =
        new ByteWriter(TableFormat.FOOTER_BYTES)
            .u64(filterAt.offset())
            .u32(filterAt.length())
            .u64(indexAt.offset())
            .u32(indexAt.length())
            .u64(propertiesAt.offset())
            .u32(propertiesAt.length())
            .u64(id)
            .u32(TableFormat.VERSION)
            .finish();
    int crc =
        TableFormat.crc(footer.sharedArray(), footer.sharedOffset(), footer.length(), id, position);
    append(
        new ByteWriter(TableFormat.FOOTER_BYTES)
            .raw(footer)
            .u32(crc)
            .u32(0)
            .u64(TableFormat.MAGIC)
            .finish()
            .toByteBuffer());
  }
}
