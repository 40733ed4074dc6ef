package io.concordkv.storage.engine.lsm.table;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Blocks that were read lately, up to a number of bytes, shared by the loop and the workers.
///
/// Which block has to go is decided by the clock algorithm (Corbató, 1968): a hand goes round and
/// takes the first block that was not used since it last came by. A block is known by its table and
/// its place. Table ids are never used again but for a copy, which has another place, so what is
/// left of a deleted table is never found, and goes when the hand comes.
public final class BlockCache {
  private static final int SHARDS = 8;
  private static final int BYTES_PER_BUCKET = 4096;

  private final Shard[] shards = new Shard[SHARDS];
  private final LongAdder hits = new LongAdder();
  private final LongAdder misses = new LongAdder();

  public BlockCache(long bytes) {
    for (int i = 0; i < SHARDS; i++) {
      shards[i] = new Shard(bytes / SHARDS);
    }
  }

  @Nullable Block get(long table, long offset) {
    long hash = hash(table, offset);
    var block = shards[(int) (hash >>> 61)].get((int) hash, table, offset);
    (block == null ? misses : hits).increment();
    return block;
  }

  void put(long table, long offset, Block block) {
    long hash = hash(table, offset);
    shards[(int) (hash >>> 61)].put((int) hash, table, offset, block);
  }

  /// What the blocks in it take.
  public long bytes() {
    long sum = 0;
    for (var shard : shards) {
      sum += shard.bytes();
    }
    return sum;
  }

  /// How often a block was found.
  public long hits() {
    return hits.sum();
  }

  /// How often a block was not found.
  public long misses() {
    return misses.sum();
  }

  private static long hash(long table, long offset) {
    long hash = ((table * 0x9E3779B97F4A7C15L) ^ offset) * 0xD6E8FEB86659FD93L;
    return hash ^ (hash >>> 29);
  }

  private static final class Entry {
    final long table;
    final long offset;
    final Block block;
    final int hash;
    volatile @Nullable Entry chain;
    volatile boolean used;

    Entry(long table, long offset, Block block, int hash) {
      this.table = table;
      this.offset = offset;
      this.block = block;
      this.hash = hash;
    }
  }

  /// A hash table of chains, and a ring of the same entries for the hand.
  ///
  /// Who looks for a block takes no lock: a thread that is stopped while it holds one would stop
  /// all that read, and some blocks every reader needs. Chains are changed one link at a time under
  /// the lock, new entries come first, and one that was taken out still leads on to those behind
  /// it. So what is in a chain all the while is found.
  private static final class Shard {
    private final ReentrantLock lock = new ReentrantLock();
    private final long limit;
    private final AtomicReferenceArray<@Nullable Entry> buckets;
    private @Nullable Entry[] ring = new Entry[64];
    private int count;
    private int hand;
    private long bytes;

    Shard(long limit) {
      this.limit = limit;
      long wanted = Math.clamp(limit / BYTES_PER_BUCKET, 16, 1 << 20);
      buckets = new AtomicReferenceArray<>((int) Long.highestOneBit(wanted));
    }

    @Nullable Block get(int hash, long table, long offset) {
      var entry = find(hash, table, offset);
      if (entry == null) {
        return null;
      }
      if (!entry.used) {
        entry.used = true;
      }
      return entry.block;
    }

    private @Nullable Entry find(int hash, long table, long offset) {
      var entry = buckets.get(bucket(hash));
      while (entry != null && (entry.offset != offset || entry.table != table)) {
        entry = entry.chain;
      }
      return entry;
    }

    void put(int hash, long table, long offset, Block block) {
      lock.lock();
      try {
        if (block.charge() > limit || find(hash, table, offset) != null) {
          return;
        }
        while (bytes + block.charge() > limit) {
          evictOne();
        }
        var entry = new Entry(table, offset, block, hash);
        entry.chain = buckets.get(bucket(hash));
        buckets.set(bucket(hash), entry);
        if (count == ring.length) {
          ring = Arrays.copyOf(ring, 2 * ring.length);
        }
        ring[count++] = entry;
        bytes += block.charge();
      } finally {
        lock.unlock();
      }
    }

    long bytes() {
      lock.lock();
      try {
        return bytes;
      } finally {
        lock.unlock();
      }
    }

    private int bucket(int hash) {
      return hash & (buckets.length() - 1);
    }

    private void evictOne() {
      while (true) {
        hand = hand >= count ? 0 : hand;
        var entry = ring[hand];
        if (entry != null && !entry.used) {
          unchain(entry);
          bytes -= entry.block.charge();
          ring[hand] = ring[--count];
          ring[count] = null;
          return;
        }
        if (entry != null) {
          entry.used = false;
        }
        hand++;
      }
    }

    private void unchain(Entry gone) {
      int bucket = bucket(gone.hash);
      Entry before = null;
      for (var entry = buckets.get(bucket); entry != null && entry != gone; entry = entry.chain) {
        before = entry;
      }
      if (before == null) {
        buckets.set(bucket, gone.chain);
      } else {
        before.chain = gone.chain;
      }
    }
  }
}
