package io.concordkv.storage.engine.bplustree;

import io.concordkv.base.Check;
import io.concordkv.base.CorruptionError;
import java.util.Arrays;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;

/// Which units of a file are taken. Used by the loop and by the worker of a checkpoint at once.
///
/// A page that a checkpoint takes out of the tree is still read by the trees before it, as long as
/// a view holds one. It waits with the newest of the trees that have it; when that one goes, it is
/// free, or, if an older tree that is still alive has it too, waits with that one. So a view that
/// stays for long keeps only the pages that it can see (the deadlists of ZFS).
final class Space {
  private static final long[] NONE = new long[0];

  private final ReentrantLock lock = new ReentrantLock();
  private final PageCache cache;

  /// By the generation of each living tree: the pages that wait for its end.
  private final TreeMap<Long, Dead> waiting = new TreeMap<>();

  private long[] taken = NONE;
  private long takenUnits;

  /// Where to look for a page of one unit, and for one of several. None is free below the first
  /// one; what a page of several did not fit into is tried again when something was freed.
  private long nextOne;

  private long nextMany;

  Space(PageCache cache) {
    this.cache = cache;
  }

  /// Takes what a stored image says is taken.
  void load(long[] image) {
    taken = image.clone();
    takenUnits = 0;
    for (var word : taken) {
      takenUnits += Long.bitCount(word);
    }
  }

  /// Takes the first `units` units.
  void reserve(long units) {
    for (long unit = 0; unit < units; unit++) {
      if (!isTaken(unit)) {
        set(unit, 1);
      }
    }
  }

  /// The first unit of `units` that lie side by side, taken from now on.
  long allocate(int units) {
    lock.lock();
    try {
      long at = units == 1 ? nextFree(nextOne) : nextRun(units);
      set(at, units);
      if (units == 1) {
        nextOne = at + 1;
      } else {
        nextMany = at + units;
      }
      return at;
    } finally {
      lock.unlock();
    }
  }

  /// From now on `generation` is a tree that may be read.
  void begin(long generation) {
    lock.lock();
    try {
      waiting.put(generation, new Dead());
    } finally {
      lock.unlock();
    }
  }

  /// The pages of `dead` are in the living tree `generation`, but in none that follows.
  void retire(long generation, Dead dead) {
    lock.lock();
    try {
      var list = waiting.get(generation);
      Check.that(list != null, "pages are retired from a living tree");
      settle(generation, dead);
    } finally {
      lock.unlock();
    }
  }

  /// Nobody reads the tree `generation` any more. Whether it was the last one.
  boolean end(long generation) {
    lock.lock();
    try {
      var list = waiting.remove(generation);
      Check.that(list != null, "a tree ends once");
      if (list != null) {
        var older = waiting.lowerKey(generation);
        settle(older == null ? -1 : older, list);
      }
      return waiting.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  /// Frees what no living tree up to `generation` has.
  private void settle(long generation, Dead dead) {
    for (int i = 0; i < dead.count(); i++) {
      var list = dead.generation(i) > generation ? null : waiting.get(generation);
      if (list != null) {
        list.add(dead.place(i), dead.generation(i));
      } else {
        free(dead.place(i));
      }
    }
  }

  private void free(long place) {
    long unit = PageFormat.unit(place);
    int units = PageFormat.units(place);
    cache.remove(place);
    for (int i = 0; i < units; i++) {
      if (!isTaken(unit + i)) {
        throw new CorruptionError(
            "unit %d of a tree's file is freed though nothing takes it: two pages lead to it, or the"
                    .formatted(unit + i)
                + " page of taken units is not one of this tree"
                + PageFormat.ADVICE);
      }
      taken[(int) ((unit + i) >>> 6)] &= ~(1L << (unit + i));
    }
    takenUnits -= units;
    nextOne = Math.min(nextOne, unit);
    nextMany = Math.min(nextMany, unit);
  }

  /// What is taken by the tree that follows the newest one: all but what waits and but `dead`.
  long[] image(Dead dead) {
    lock.lock();
    try {
      var image = Arrays.copyOf(taken, words(endUnits()));
      for (var list : waiting.values()) {
        clear(image, list);
      }
      clear(image, dead);
      return image;
    } finally {
      lock.unlock();
    }
  }

  /// How many words an image has if `more` units are taken before it is made.
  int imageWords(int more) {
    lock.lock();
    try {
      return words(endUnits() + more);
    } finally {
      lock.unlock();
    }
  }

  /// Behind the last unit that is taken.
  long end() {
    lock.lock();
    try {
      return endUnits();
    } finally {
      lock.unlock();
    }
  }

  long takenUnits() {
    lock.lock();
    try {
      return takenUnits;
    } finally {
      lock.unlock();
    }
  }

  boolean contains(long place) {
    lock.lock();
    try {
      for (int i = 0; i < PageFormat.units(place); i++) {
        if (!isTaken(PageFormat.unit(place) + i)) {
          return false;
        }
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  long memoryBytes() {
    lock.lock();
    try {
      return 8L * taken.length;
    } finally {
      lock.unlock();
    }
  }

  private long endUnits() {
    for (int word = taken.length - 1; word >= 0; word--) {
      if (taken[word] != 0) {
        return 64L * word + 64 - Long.numberOfLeadingZeros(taken[word]);
      }
    }
    return 0;
  }

  private long nextFree(long from) {
    int word = (int) (from >>> 6);
    long free = word < taken.length ? ~taken[word] & -1L << from : -1L << from;
    while (free == 0) {
      word++;
      free = word < taken.length ? ~taken[word] : -1L;
    }
    return 64L * word + Long.numberOfTrailingZeros(free);
  }

  private long nextRun(int units) {
    long start = nextFree(nextMany);
    long at = start + 1;
    while (at < start + units) {
      if (isTaken(at)) {
        start = nextFree(at);
        at = start;
      }
      at++;
    }
    return start;
  }

  private boolean isTaken(long unit) {
    long word = unit >>> 6;
    return word < taken.length && (taken[(int) word] & 1L << unit) != 0;
  }

  private void set(long unit, int units) {
    int needed = words(unit + units);
    if (needed > taken.length) {
      taken = Arrays.copyOf(taken, Math.max(needed, taken.length * 5 / 4 + 16));
    }
    for (long at = unit; at < unit + units; at++) {
      taken[(int) (at >>> 6)] |= 1L << at;
    }
    takenUnits += units;
  }

  private static void clear(long[] image, Dead dead) {
    for (int i = 0; i < dead.count(); i++) {
      long unit = PageFormat.unit(dead.place(i));
      for (long at = unit; at < unit + PageFormat.units(dead.place(i)); at++) {
        image[(int) (at >>> 6)] &= ~(1L << at);
      }
    }
  }

  private static int words(long units) {
    return (int) ((units + 63) >>> 6);
  }
}
