package io.concordkv.storage.engine.bplustree;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Pages of one file in memory, up to a number of bytes.
///
/// A page is found by its first unit in a table as long as the file, so that a hit takes two loads
/// and no lock. Which one has to go is decided by the clock algorithm (Corbató, 1968) with lives: a
/// hand goes round and takes a life of each page it passes; a page without one goes. A get gives a
/// leaf one life and a branch several, since many gets share it; a scan gives none, so that it does
/// not wash out what others need.
final class PageCache {
  /// What a page takes beside its bytes.
  static final int OVERHEAD_BYTES = 48;

  private static final byte LEAF_LIVES = 1;
  private static final byte BRANCH_LIVES = 4;
  private static final int CHUNK = 1024;

  private static final VarHandle PAGE = MethodHandles.arrayElementVarHandle(byte[][].class);

  /// What is known of 1024 units. There is no object for each page: one load less.
  private static final class Chunk {
    final byte[] @Nullable [] pages = new byte[CHUNK][];

    /// How often the hand still passes a page by.
    final byte[] lives = new byte[CHUNK];

    /// Where in the ring a page is.
    final int[] ringAt = new int[CHUNK];
  }

  private final ReentrantLock lock = new ReentrantLock();
  private volatile @Nullable Chunk[] chunks = new Chunk[16];

  /// The first units of pages.
  private long[] ring = new long[64];

  private long limit;
  private int count;
  private int hand;
  private long bytes;

  PageCache(long limit) {
    this.limit = limit;
  }

  /// The page at `place` if it is there; `used` says whether that keeps it there for longer.
  @Nullable Page get(long place, long generation, boolean used) {
    long unit = PageFormat.unit(place);
    int index = (int) (unit / CHUNK);
    var all = chunks;
    var chunk = index < all.length ? all[index] : null;
    if (chunk == null) {
      return null;
    }
    int slot = (int) (unit % CHUNK);
    var data = (byte[]) PAGE.getAcquire(chunk.pages, slot);
    if (data == null || (long) PageFormat.LONG.get(data, PageFormat.GENERATION_AT) != generation) {
      return null;
    }
    if (used) {
      byte lives = lives(data);
      if (chunk.lives[slot] != lives) {
        chunk.lives[slot] = lives;
      }
    }
    return new Page(data, place);
  }

  void put(Page page, boolean used) {
    lock.lock();
    try {
      int charge = charge(page.data);
      if (charge > limit / 4) {
        return;
      }
      long unit = PageFormat.unit(page.place);
      var chunk = chunk(unit);
      int slot = (int) (unit % CHUNK);
      var there = chunk.pages[slot];
      if (there != null) {
        if ((long) PageFormat.LONG.get(there, PageFormat.GENERATION_AT) == page.generation) {
          return;
        }
        drop(unit);
      }
      while (bytes + charge > limit) {
        evictOne();
      }
      if (count == ring.length) {
        ring = Arrays.copyOf(ring, 2 * count);
      }
      chunk.lives[slot] = used ? lives(page.data) : 0;
      chunk.ringAt[slot] = count;
      ring[count++] = unit;
      bytes += charge;
      PAGE.setRelease(chunk.pages, slot, page.data);
    } finally {
      lock.unlock();
    }
  }

  /// Forgets the page that lies at `place`.
  void remove(long place) {
    lock.lock();
    try {
      long unit = PageFormat.unit(place);
      int index = (int) (unit / CHUNK);
      var chunk = index < chunks.length ? chunks[index] : null;
      if (chunk != null && chunk.pages[(int) (unit % CHUNK)] != null) {
        drop(unit);
      }
    } finally {
      lock.unlock();
    }
  }

  /// Forgets everything and keeps nothing from now on.
  void close() {
    lock.lock();
    try {
      limit = 0;
      while (count > 0) {
        drop(ring[count - 1]);
      }
    } finally {
      lock.unlock();
    }
  }

  /// What the pages in it take.
  long bytes() {
    lock.lock();
    try {
      return bytes;
    } finally {
      lock.unlock();
    }
  }

  private Chunk chunk(long unit) {
    int index = (int) (unit / CHUNK);
    var all = chunks;
    if (index >= all.length) {
      all = Arrays.copyOf(all, Math.max(index + 1, 2 * all.length));
      chunks = all;
    }
    var chunk = all[index];
    if (chunk == null) {
      chunk = new Chunk();
      all[index] = chunk;
      chunks = all;
    }
    return chunk;
  }

  private void evictOne() {
    while (true) {
      hand = hand >= count ? 0 : hand;
      long unit = ring[hand];
      var chunk = chunk(unit);
      int slot = (int) (unit % CHUNK);
      if (chunk.lives[slot] == 0) {
        drop(unit);
        return;
      }
      chunk.lives[slot]--;
      hand++;
    }
  }

  private void drop(long unit) {
    var chunk = chunk(unit);
    int slot = (int) (unit % CHUNK);
    bytes -= charge(Objects.requireNonNull(chunk.pages[slot]));
    PAGE.setRelease(chunk.pages, slot, null);
    long last = ring[--count];
    ring[chunk.ringAt[slot]] = last;
    chunk(last).ringAt[(int) (last % CHUNK)] = chunk.ringAt[slot];
  }

  private static byte lives(byte[] page) {
    return page[PageFormat.LEVEL_AT] == 0 ? LEAF_LIVES : BRANCH_LIVES;
  }

  private static int charge(byte[] page) {
    return page.length + OVERHEAD_BYTES;
  }
}
