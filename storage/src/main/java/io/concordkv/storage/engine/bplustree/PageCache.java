package io.concordkv.storage.engine.bplustree;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReferenceArray;
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
  static final int SCANNED = 0;
  private static final int LEAF_LIVES = 1;
  private static final int BRANCH_LIVES = 4;
  private static final int CHUNK = 1024;

  private static final class Chunk extends AtomicReferenceArray<@Nullable Page> {
    private static final long serialVersionUID = 1;

    Chunk() {
      super(CHUNK);
    }
  }

  private final ReentrantLock lock = new ReentrantLock();
  private volatile @Nullable Chunk[] chunks = new Chunk[16];
  private Page[] ring = new Page[64];
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
    var page = chunk == null ? null : chunk.getAcquire((int) (unit % CHUNK));
    if (page == null || page.generation != generation || page.place != place) {
      return null;
    }
    if (used) {
      int lives = page.isLeaf() ? LEAF_LIVES : BRANCH_LIVES;
      if (page.lives != lives) {
        page.lives = lives;
      }
    }
    return page;
  }

  void put(Page page, boolean used) {
    lock.lock();
    try {
      int charge = page.charge();
      if (charge > limit / 4) {
        return;
      }
      var chunk = chunk(PageFormat.unit(page.place));
      int slot = (int) (PageFormat.unit(page.place) % CHUNK);
      var there = chunk.get(slot);
      if (there != null) {
        if (there.generation == page.generation) {
          return;
        }
        drop(there);
      }
      while (bytes + charge > limit) {
        evictOne();
      }
      page.lives = !used ? SCANNED : page.isLeaf() ? LEAF_LIVES : BRANCH_LIVES;
      if (count == ring.length) {
        ring = Arrays.copyOf(ring, 2 * count);
      }
      page.ring = count;
      ring[count++] = page;
      bytes += charge;
      chunk.setRelease(slot, page);
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
      var page = chunk == null ? null : chunk.get((int) (unit % CHUNK));
      if (page != null) {
        drop(page);
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
      var page = ring[hand];
      if (page.lives == 0) {
        drop(page);
        return;
      }
      page.lives--;
      hand++;
    }
  }

  private void drop(Page page) {
    var chunk = chunk(PageFormat.unit(page.place));
    chunk.setRelease((int) (PageFormat.unit(page.place) % CHUNK), null);
    var last = ring[--count];
    ring[page.ring] = last;
    last.ring = page.ring;
    page.ring = -1;
    bytes -= page.charge();
  }
}
