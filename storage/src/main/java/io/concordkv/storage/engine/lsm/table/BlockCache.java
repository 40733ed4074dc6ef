package io.concordkv.storage.engine.lsm.table;

import java.util.Arrays;
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

  private final Shard[] shards = new Shard[SHARDS];

  public BlockCache(long bytes) {
    for (int i = 0; i < SHARDS; i++) {
      shards[i] = new Shard(bytes / SHARDS);
    }
  }

  @Nullable Block get(long table, long offset) {
    long hash = hash(table, offset);
    return shards[(int) (hash >>> 61)].get(hash, table, offset);
  }

  void put(long table, long offset, Block block) {
    long hash = hash(table, offset);
    shards[(int) (hash >>> 61)].put(hash, table, offset, block);
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
    long sum = 0;
    for (var shard : shards) {
      sum += shard.count(true);
    }
    return sum;
  }

  /// How often a block was not found.
  public long misses() {
    long sum = 0;
    for (var shard : shards) {
      sum += shard.count(false);
    }
    return sum;
  }

  private static long hash(long table, long offset) {
    long hash = ((table * 0x9E3779B97F4A7C15L) ^ offset) * 0xD6E8FEB86659FD93L;
    return hash ^ (hash >>> 29);
  }

  private static final class Entry {
    final long table;
    final long offset;
    final Block block;
    final int bucketHash;
    @Nullable Entry chain;
    boolean used;

    Entry(long table, long offset, Block block, int bucketHash, @Nullable Entry chain) {
      this.table = table;
      this.offset = offset;
      this.block = block;
      this.bucketHash = bucketHash;
      this.chain = chain;
    }
  }

  /// A hash table of chains, and a ring of the same entries for the hand.
  private static final class Shard {
    private final ReentrantLock lock = new ReentrantLock();
    private final long limit;
    private @Nullable Entry[] buckets = new Entry[64];
    private @Nullable Entry[] ring = new Entry[64];
    private int count;
    private int hand;
    private long bytes;
    private long hits;
    private long misses;

    Shard(long limit) {
      this.limit = limit;
    }

    @Nullable Block get(long hash, long table, long offset) {
      lock.lock();
      try {
        for (var entry = buckets[bucket((int) hash)]; entry != null; entry = entry.chain) {
          if (entry.offset == offset && entry.table == table) {
            entry.used = true;
            hits++;
            return entry.block;
          }
        }
        misses++;
        return null;
      } finally {
        lock.unlock();
      }
    }

    void put(long hash, long table, long offset, Block block) {
      lock.lock();
      try {
        if (block.charge() > limit) {
          return;
        }
        int bucket = bucket((int) hash);
        for (var entry = buckets[bucket]; entry != null; entry = entry.chain) {
          if (entry.offset == offset && entry.table == table) {
            return;
          }
        }
        while (bytes + block.charge() > limit) {
          evictOne();
        }
        if (count == ring.length) {
          grow();
          bucket = bucket((int) hash);
        }
        var entry = new Entry(table, offset, block, (int) hash, buckets[bucket]);
        buckets[bucket] = entry;
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

    long count(boolean found) {
      lock.lock();
      try {
        return found ? hits : misses;
      } finally {
        lock.unlock();
      }
    }

    private int bucket(int hash) {
      return hash & (buckets.length - 1);
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
      int bucket = bucket(gone.bucketHash);
      Entry before = null;
      for (var entry = buckets[bucket]; entry != null && entry != gone; entry = entry.chain) {
        before = entry;
      }
      if (before == null) {
        buckets[bucket] = gone.chain;
      } else {
        before.chain = gone.chain;
      }
    }

    private void grow() {
      ring = Arrays.copyOf(ring, 2 * ring.length);
      buckets = new Entry[ring.length];
      for (int i = 0; i < count; i++) {
        var entry = ring[i];
        if (entry != null) {
          int bucket = bucket(entry.bucketHash);
          entry.chain = buckets[bucket];
          buckets[bucket] = entry;
        }
      }
    }
  }
}
