package io.concordkv.storage.engine.hash;

import io.concordkv.base.Bytes;
import io.concordkv.base.Check;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.memory.Content;
import io.concordkv.storage.engine.memory.KeyPrefix;
import io.concordkv.storage.engine.memory.Moment;
import io.concordkv.storage.engine.memory.Moments;
import io.concordkv.storage.engine.memory.PairHeap;
import io.concordkv.storage.engine.memory.SortedPairs;
import io.concordkv.storage.engine.memory.SortedWalk;
import io.concordkv.storage.engine.memory.Walk;
import org.jspecify.annotations.Nullable;

/// Pairs in a hash table. A directory finds the page of a key by the first bits of its hash. A page
/// that is crowded grows and, when it is large, splits in two by one bit more, so no write ever
/// moves more than a page; the directory, which doubles now and then, only has references.
///
/// A moment keeps the directory. The first write after it copies that, and each write the page that
/// it changes, once for a moment. A scan collects what is in its range and sorts it.
final class HashTable implements Content {
  /// A longer directory would be needed for keys with the same hash only: then a page grows on.
  private static final int MAX_DEPTH = 24;

  private final Moments moments;
  private final PairHeap heap;
  private final int maxSlots;
  private Slots[] directory;

  /// When the directory was made.
  private long born;

  private int depth;
  private long count;
  private long pageBytes;

  HashTable(Moments moments, int maxSlots) {
    this.moments = moments;
    this.maxSlots = maxSlots;
    heap = new PairHeap(moments);
    born = moments.now();
    directory = new Slots[] {new Slots(born, 0)};
    pageBytes = directory[0].bytes();
  }

  @Override
  public @Nullable Bytes get(Bytes key) {
    return get(directory, depth, heap.segments(), key);
  }

  private static @Nullable Bytes get(Slots[] directory, int depth, byte[][] segments, Bytes key) {
    long hash = KeyHash.of(key);
    var page = directory[place(hash, depth)];
    int at = find(page, segments, hash, key);
    return at < 0 ? null : PairHeap.value(segments, page.reference(at));
  }

  /// Where `key` is, or the complement of where it belongs.
  private static int find(Slots page, byte[][] segments, long hash, Bytes key) {
    int at = page.first(hash);
    long tag = page.tag(hash);
    for (long slot = page.slot(at); slot != 0; slot = page.slot(at)) {
      if (Slots.hasTag(slot, tag) && PairHeap.hasKey(segments, Slots.reference(slot), key)) {
        return at;
      }
      at = page.after(at);
    }
    return ~at;
  }

  @Override
  public void put(Bytes key, Bytes value) {
    long hash = KeyHash.of(key);
    var page = writable(hash);
    int at = find(page, heap.segments(), hash, key);
    if (at >= 0) {
      long old = page.reference(at);
      page.set(at, hash, heap.add(key, value));
      heap.drop(old);
      return;
    }
    page.set(~at, hash, heap.add(key, value));
    count++;
    makeRoom(page, hash);
  }

  private void makeRoom(Slots page, long hash) {
    if (page.isCrowded()) {
      if (page.capacity() < maxSlots || page.depth == MAX_DEPTH) {
        pageBytes -= page.bytes();
        page.grow();
        pageBytes += page.bytes();
      } else {
        split(page, hash);
      }
    }
  }

  @Override
  public void delete(Bytes key) {
    if (moments.newest() > 0 && get(key) == null) {
      return;
    }
    long hash = KeyHash.of(key);
    var page = writable(hash);
    int at = find(page, heap.segments(), hash, key);
    if (at >= 0) {
      long old = page.reference(at);
      page.remove(at);
      heap.drop(old);
      count--;
    }
  }

  @Override
  public Frozen freeze(Moment moment) {
    var frozen = directory;
    int frozenDepth = depth;
    int size = (int) count;
    var segments = heap.segments();
    return new Frozen() {
      @Override
      public @Nullable Bytes get(Bytes key) {
        return HashTable.get(frozen, frozenDepth, segments, key);
      }

      @Override
      public Walk walk(KeyRange range) {
        return sorted(frozen, size, segments, range);
      }
    };
  }

  @Override
  public void tidy() {
    heap.tidy(this::move);
  }

  @Override
  public void reclaim() {
    heap.reclaim(this::move);
    var old = directory;
    start();
    Slots before = null;
    for (var page : old) {
      if (page != before) {
        before = page;
        long[] references = new long[page.size()];
        page.collect(references, 0);
        for (long reference : references) {
          long hash = hash(reference);
          var target = directory[place(hash, depth)];
          target.add(hash, reference);
          makeRoom(target, hash);
        }
      }
    }
  }

  /// Begins with one small page.
  private void start() {
    born = moments.now();
    depth = 0;
    directory = new Slots[] {new Slots(born, 0)};
    pageBytes = directory[0].bytes();
  }

  @Override
  public long count() {
    return count;
  }

  @Override
  public long bytes() {
    return pageBytes + 4L * directory.length + heap.bytes();
  }

  @Override
  public void validate() {
    long pairs = 0;
    long bytes = 0;
    Slots before = null;
    for (int i = 0; i < directory.length; i++) {
      var page = directory[i];
      if (page == before) {
        continue;
      }
      before = page;
      bytes += page.bytes();
      Check.that(page.depth <= depth, "a page of depth %d in a table of %d", page.depth, depth);
      Check.that(page.size() < page.capacity(), "a page has an empty slot");
      int span = 1 << (depth - page.depth);
      Check.that(i % span == 0, "a page lies where its depth says");
      long[] references = new long[page.size()];
      Check.that(page.collect(references, 0) == page.size(), "what is in a page is counted");
      for (int same = i; same < i + span; same++) {
        Check.that(directory[same] == page, "a page has all places that begin with its bits");
      }
      for (long reference : references) {
        var key = PairHeap.key(heap.segments(), reference);
        long hash = KeyHash.of(key);
        Check.that(directory[place(hash, depth)] == page, "a key lies in its page");
        int at = find(page, heap.segments(), hash, key);
        Check.that(at >= 0 && page.reference(at) == reference, "a key is found, and once");
      }
      pairs += page.size();
    }
    Check.that(pairs == count, "%d pairs are counted as %d", pairs, count);
    Check.that(bytes == pageBytes, "%d bytes are counted as %d", bytes, pageBytes);
  }

  private static int place(long hash, int depth) {
    return depth == 0 ? 0 : (int) (hash >>> (Long.SIZE - depth));
  }

  private long hash(long reference) {
    return KeyHash.of(PairHeap.key(heap.segments(), reference));
  }

  private void move(long reference, Bytes key, Bytes value) {
    long hash = KeyHash.of(key);
    var page = directory[place(hash, depth)];
    int at = find(page, heap.segments(), hash, key);
    if (at >= 0 && page.reference(at) == reference) {
      put(key, value);
    }
  }

  /// The page of a hash, which may be changed.
  private Slots writable(long hash) {
    var page = directory[place(hash, depth)];
    if (page.born > moments.newest()) {
      return page;
    }
    var copy = page.copy(moments.now());
    replace(page, hash, copy, copy);
    return copy;
  }

  /// Puts two pages in the places of one, the first in the lower half of them.
  private void replace(Slots old, long hash, Slots low, Slots high) {
    if (born <= moments.newest()) {
      directory = directory.clone();
      born = moments.now();
    }
    int span = 1 << (depth - old.depth);
    int first = place(hash, depth) & -span;
    for (int i = 0; i < span; i++) {
      directory[first + i] = i < span / 2 ? low : high;
    }
  }

  private void split(Slots page, long hash) {
    if (page.depth == depth) {
      var twice = new Slots[2 * directory.length];
      for (int i = 0; i < twice.length; i++) {
        twice[i] = directory[i >> 1];
      }
      directory = twice;
      born = moments.now();
      depth++;
    }
    var low = Slots.halfOf(page, moments.now());
    var high = Slots.halfOf(page, moments.now());
    page.split(low, high, this::hash);
    pageBytes += low.bytes() + high.bytes() - page.bytes();
    replace(page, hash, low, high);
  }

  private static Walk sorted(Slots[] directory, int size, byte[][] segments, KeyRange range) {
    long[] references = new long[size];
    long[] prefixes = new long[size];
    int found = 0;
    int inRange = 0;
    Slots before = null;
    for (var page : directory) {
      if (page != before) {
        found += page.collect(references, found);
        before = page;
      }
    }
    for (int i = 0; i < found; i++) {
      var key = PairHeap.key(segments, references[i]);
      if (range.contains(key)) {
        prefixes[inRange] = KeyPrefix.of(key);
        references[inRange++] = references[i];
      }
    }
    SortedPairs.sort(prefixes, references, 0, inRange, segments);
    return new SortedWalk(prefixes, references, inRange, segments);
  }
}
