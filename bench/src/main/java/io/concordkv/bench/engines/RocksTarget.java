package io.concordkv.bench.engines;

import io.concordkv.base.Bytes;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.CompressionType;
import org.rocksdb.FlushOptions;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/// RocksDB, set as its page on basic tuning says: blocks of 16 KiB, filters of 10 bits, index and
/// filters in the cache, sizes of levels from the last one upwards.
final class RocksTarget implements Target {
  private static final List<String> BUSY =
      List.of(
          "rocksdb.num-immutable-mem-table",
          "rocksdb.num-running-flushes",
          "rocksdb.compaction-pending",
          "rocksdb.num-running-compactions");

  /// Everything native that is to be freed, the last first.
  private final List<AutoCloseable> owned = new ArrayList<>();

  private final RocksDB db;
  private final WriteOptions writing;

  RocksTarget(Path directory, Contender.Way way, boolean log, CompressionType compression) {
    RocksDB.loadLibrary();
    var cache = own(new LRUCache(way.cacheBytes()));
    var table =
        new BlockBasedTableConfig()
            .setBlockSize(16 << 10)
            .setBlockCache(cache)
            .setCacheIndexAndFilterBlocks(true)
            .setPinL0FilterAndIndexBlocksInCache(true)
            .setFilterPolicy(own(new BloomFilter(10)));
    var options =
        own(new Options())
            .setCreateIfMissing(true)
            .setWriteBufferSize(way.bufferBytes())
            .setLevelCompactionDynamicLevelBytes(true)
            .setMaxBackgroundJobs(2)
            .setBytesPerSync(1 << 20)
            .setCompressionType(compression)
            .setTableFormatConfig(table);
    writing = own(new WriteOptions()).setSync(way.synced()).setDisableWAL(!log);
    db = checked(() -> own(RocksDB.open(options, directory.toString())));
  }

  private <T extends AutoCloseable> T own(T resource) {
    owned.add(resource);
    return resource;
  }

  private interface Work<T extends @Nullable Object> {
    T run() throws RocksDBException;
  }

  private static <T extends @Nullable Object> T checked(Work<T> work) {
    try {
      return work.run();
    } catch (RocksDBException failed) {
      throw new IllegalStateException(failed);
    }
  }

  @Override
  public void put(Bytes key, Bytes value) {
    try {
      db.put(writing, Target.array(key), Target.array(value));
    } catch (RocksDBException failed) {
      throw new IllegalStateException(failed);
    }
  }

  @Override
  public void putAll(List<Bytes> keys, List<Bytes> values) {
    try (var batch = new WriteBatch()) {
      for (int i = 0; i < keys.size(); i++) {
        batch.put(Target.array(keys.get(i)), Target.array(values.get(i)));
      }
      db.write(writing, batch);
    } catch (RocksDBException failed) {
      throw new IllegalStateException(failed);
    }
  }

  @Override
  public void delete(Bytes key) {
    try {
      db.delete(writing, Target.array(key));
    } catch (RocksDBException failed) {
      throw new IllegalStateException(failed);
    }
  }

  @Override
  public @Nullable Bytes get(Bytes key) {
    try {
      var value = db.get(Target.array(key));
      return value == null ? null : Bytes.wrap(value);
    } catch (RocksDBException failed) {
      throw new IllegalStateException(failed);
    }
  }

  @Override
  public long scan(Bytes from, int limit) {
    try (var iterator = db.newIterator()) {
      long sum = 0;
      int left = limit;
      for (iterator.seek(Target.array(from)); left-- > 0 && iterator.isValid(); iterator.next()) {
        sum += sum(iterator);
      }
      return sum;
    }
  }

  @Override
  public long scanBack(int limit) {
    try (var iterator = db.newIterator()) {
      long sum = 0;
      int left = limit;
      for (iterator.seekToLast(); left-- > 0 && iterator.isValid(); iterator.prev()) {
        sum += sum(iterator);
      }
      return sum;
    }
  }

  private static long sum(RocksIterator iterator) {
    return Reader.sumOf(iterator.key(), iterator.value());
  }

  @Override
  public Reader reader() {
    return new Shared(this);
  }

  @Override
  public void settle() {
    try (var flush = new FlushOptions().setWaitForFlush(true)) {
      db.flush(flush);
    } catch (RocksDBException failed) {
      throw new IllegalStateException(failed);
    }
    while (BUSY.stream().anyMatch(name -> checked(() -> db.getLongProperty(name)) > 0)) {
      Pause.brief();
    }
  }

  @Override
  public void close() {
    for (var resource : owned.reversed()) {
      try {
        resource.close();
      } catch (Exception failed) {
        throw new IllegalStateException(failed);
      }
    }
  }
}
