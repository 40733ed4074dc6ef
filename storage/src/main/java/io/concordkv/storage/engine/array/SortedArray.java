package io.concordkv.storage.engine.array;

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
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Pairs in a sorted array. A key above all others is appended, which costs almost nothing; another
/// one moves everything behind it, or, when appending is allowed, waits behind the sorted ones for
/// the next read, which sorts and merges what waits.
///
/// A moment keeps the arrays. What is appended behind its end does not concern it; the first other
/// write after it copies them.
final class SortedArray implements Content {
  private static final int MIN_CAPACITY = 16;

  /// So many may wait to be merged, and half as many as there are.
  private static final int MAX_WAITING = 256;

  /// So few are put in their places one by one, without new arrays.
  private static final int FEW_WAITING = 8;

  private final Moments moments;
  private final boolean appends;
  private final PairHeap heap;
  private long[] prefixes = new long[MIN_CAPACITY];
  private long[] references = new long[MIN_CAPACITY];

  /// When the arrays were made.
  private long born;

  /// How many are sorted, and how many there are.
  private int sorted;

  private int size;

  SortedArray(Moments moments, boolean appends) {
    this.moments = moments;
    this.appends = appends;
    heap = new PairHeap(moments);
    born = moments.now();
  }

  @Override
  public @Nullable Bytes get(Bytes key) {
    settle();
    return get(prefixes, references, size, heap.segments(), key);
  }

  private static @Nullable Bytes get(
      long[] prefixes, long[] references, int size, byte[][] segments, Bytes key) {
    int at = SortedPairs.find(prefixes, references, size, segments, key);
    return at < 0 ? null : PairHeap.value(segments, references[at]);
  }

  @Override
  public void put(Bytes key, Bytes value) {
    long prefix = KeyPrefix.of(key);
    if (appends || isAboveAll(prefix, key)) {
      boolean inOrder = sorted == size && isAboveAll(prefix, key);
      append(prefix, heap.add(key, value));
      sorted = inOrder ? size : sorted;
      if (size - sorted > MAX_WAITING + (sorted >> 1)) {
        settle();
      }
      return;
    }
    own();
    place(prefix, heap.add(key, value), key);
  }

  /// Puts a pair where it belongs among the sorted ones, behind which nothing waits.
  private void place(long prefix, long reference, Bytes key) {
    int at = SortedPairs.find(prefixes, references, size, heap.segments(), key);
    if (at >= 0) {
      long old = references[at];
      references[at] = reference;
      heap.drop(old);
      return;
    }
    append(prefix, 0);
    System.arraycopy(prefixes, ~at, prefixes, ~at + 1, size - 1 - ~at);
    System.arraycopy(references, ~at, references, ~at + 1, size - 1 - ~at);
    prefixes[~at] = prefix;
    references[~at] = reference;
    sorted = size;
  }

  @Override
  public void delete(Bytes key) {
    settle();
    int at = SortedPairs.find(prefixes, references, size, heap.segments(), key);
    if (at < 0) {
      return;
    }
    own();
    heap.drop(references[at]);
    System.arraycopy(prefixes, at + 1, prefixes, at, size - at - 1);
    System.arraycopy(references, at + 1, references, at, size - at - 1);
    size--;
    sorted = size;
    // What a moment reads behind the new end must stay.
    if (size < prefixes.length / 4 && size >= MIN_CAPACITY) {
      resize(size * 2);
    }
  }

  @Override
  public Frozen freeze(Moment moment) {
    settle();
    // The moment is taken already, so what was merged just now would pass for newer than it.
    born = Math.min(born, moment.number());
    long[] frozenPrefixes = prefixes;
    long[] frozenReferences = references;
    int frozenSize = size;
    var segments = heap.segments();
    return new Frozen() {
      @Override
      public @Nullable Bytes get(Bytes key) {
        return SortedArray.get(frozenPrefixes, frozenReferences, frozenSize, segments, key);
      }

      @Override
      public Walk walk(KeyRange range) {
        return new SortedWalk(frozenPrefixes, frozenReferences, frozenSize, segments);
      }
    };
  }

  @Override
  public void tidy() {
    heap.tidy(this::move);
  }

  @Override
  public void reclaim() {
    settle();
    heap.reclaim(this::move);
    resize(Math.max(MIN_CAPACITY, size));
  }

  @Override
  public long count() {
    settle();
    return size;
  }

  @Override
  public long bytes() {
    return 16L * prefixes.length + heap.bytes();
  }

  @Override
  public void validate() {
    settle();
    var segments = heap.segments();
    for (int i = 0; i < size; i++) {
      var key = PairHeap.key(segments, references[i]);
      Check.that(prefixes[i] == KeyPrefix.of(key), "every key has its prefix");
      Check.that(
          i == 0 || PairHeap.compareKey(segments, references[i - 1], key) < 0, "the keys ascend");
    }
  }

  private boolean isAboveAll(long prefix, Bytes key) {
    if (size == 0) {
      return true;
    }
    long last = prefixes[size - 1];
    return last < prefix
        || (last == prefix && PairHeap.compareKey(heap.segments(), references[size - 1], key) < 0);
  }

  /// Behind the end there is nothing that a moment reads, unless the end came down since.
  private void append(long prefix, long reference) {
    if (size == prefixes.length) {
      resize(size + (size >> 1));
    }
    prefixes[size] = prefix;
    references[size++] = reference;
  }

  /// Merges what waits behind the sorted ones. Of equal keys the last one counts.
  private void settle() {
    if (sorted == size) {
      return;
    }
    var segments = heap.segments();
    int first = sorted;
    long[] newPrefixes = Arrays.copyOfRange(prefixes, first, size);
    long[] newReferences = Arrays.copyOfRange(references, first, size);
    int waiting = size - first;
    if (waiting <= FEW_WAITING) {
      own();
      size = first;
      for (int i = 0; i < waiting; i++) {
        place(newPrefixes[i], newReferences[i], PairHeap.key(segments, newReferences[i]));
      }
      return;
    }
    SortedPairs.sort(newPrefixes, newReferences, 0, waiting, segments);
    long[] allPrefixes = new long[Math.max(MIN_CAPACITY, size + (size >> 3))];
    long[] allReferences = new long[allPrefixes.length];
    int old = 0;
    int merged = 0;
    for (int i = 0; i < waiting; i++) {
      var key = PairHeap.key(segments, newReferences[i]);
      if (i + 1 < waiting && PairHeap.hasKey(segments, newReferences[i + 1], key)) {
        heap.drop(newReferences[i]);
        continue;
      }
      int place = SortedPairs.find(prefixes, references, first, segments, key);
      int until = place < 0 ? ~place : place;
      System.arraycopy(prefixes, old, allPrefixes, merged, until - old);
      System.arraycopy(references, old, allReferences, merged, until - old);
      merged += until - old;
      old = until;
      if (place >= 0) {
        heap.drop(references[old++]);
      }
      allPrefixes[merged] = newPrefixes[i];
      allReferences[merged++] = newReferences[i];
    }
    System.arraycopy(prefixes, old, allPrefixes, merged, first - old);
    System.arraycopy(references, old, allReferences, merged, first - old);
    prefixes = allPrefixes;
    references = allReferences;
    born = moments.now();
    size = merged + first - old;
    sorted = size;
  }

  private void move(long reference, Bytes key, Bytes value) {
    settle();
    int at = SortedPairs.find(prefixes, references, size, heap.segments(), key);
    if (at >= 0 && references[at] == reference) {
      own();
      references[at] = heap.add(key, value);
      heap.drop(reference);
    }
  }

  /// Makes the arrays such that no moment reads them.
  private void own() {
    if (born <= moments.newest()) {
      resize(prefixes.length);
    }
  }

  private void resize(int capacity) {
    prefixes = Arrays.copyOf(prefixes, capacity);
    references = Arrays.copyOf(references, capacity);
    born = moments.now();
  }
}
