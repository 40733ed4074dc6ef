package io.concordkv.storage.engine.memtable;

import io.concordkv.base.Bytes;
import io.concordkv.storage.engine.memory.KeyPrefix;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/// Some keys beside one another: of each its newest version and eight bytes that mostly tell it
/// from the others. All keys begin with the same bytes, if only none, and the eight are what
/// follows them.
///
/// Keys stand in slots in the order in which they came. Their order is a list of slots: how many
/// there are, and which. A key at the end is added to the list behind what readers look at, then
/// the count is raised; for one in between the list is replaced by another one. So whoever takes a
/// list and its count once sees the leaf as it was at one moment, however long he looks.
final class PackedLeaf {
  static final int MAX_KEYS = 64;

  private static final int MIN_SLOTS = 4;
  private static final int OBJECT_BYTES = 32;
  private static final int ARRAY_BYTES = 16;

  private static final VarHandle ORDER;
  private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(byte[].class);
  private static final VarHandle NEWEST = MethodHandles.arrayElementVarHandle(int[].class);

  static {
    try {
      ORDER = MethodHandles.lookup().findVarHandle(PackedLeaf.class, "order", byte[].class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  private final Arena arena;
  private final byte[] common;
  private final long[] prefixes;
  private final int[] newest;

  /// The count, then the slots by their keys.
  private byte[] order;

  private PackedLeaf(Arena arena, byte[] common, int slots) {
    this.arena = arena;
    this.common = common;
    prefixes = new long[slots];
    newest = new int[slots];
    order = new byte[1 + slots];
  }

  static PackedLeaf empty(Arena arena) {
    return new PackedLeaf(arena, new byte[0], MIN_SLOTS);
  }

  /// Takes the order as it is now; see [#count].
  byte[] order() {
    return (byte[]) ORDER.getAcquire(this);
  }

  static int count(byte[] order) {
    return (byte) SLOT.getAcquire(order, 0);
  }

  /// In the first `count` of an order: where `key` is, or the complement of where it belongs.
  int find(byte[] order, int count, Bytes key) {
    int side = KeyPrefix.compareStart(common, key);
    if (side != 0) {
      return side < 0 ? ~0 : ~count;
    }
    long prefix = KeyPrefix.of(key, common.length);
    int low = 0;
    int high = count - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int slot = order[1 + middle];
      long other = prefixes[slot];
      if (other == prefix) {
        int compared = arena.compareKey(newestOf(slot), key);
        if (compared == 0) {
          return middle;
        }
        if (compared < 0) {
          low = middle + 1;
        } else {
          high = middle - 1;
        }
      } else if (other < prefix) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return ~low;
  }

  /// Whether all keys are below `key`.
  boolean isBelow(Bytes key) {
    int count = order[0];
    int side = KeyPrefix.compareStart(common, key);
    if (side != 0 || count == 0) {
      return side >= 0;
    }
    long prefix = KeyPrefix.of(key, common.length);
    long greatest = prefix(count - 1);
    return greatest < prefix
        || (greatest == prefix && arena.compareKey(newest[order[count]], key) < 0);
  }

  /// The newest version of the key at a place of an order.
  int newest(byte[] order, int place) {
    return newestOf(order[1 + place]);
  }

  private int newestOf(int slot) {
    return (int) NEWEST.getAcquire(newest, slot);
  }

  /// Gives the key at a place of the order a newer version.
  void setNewest(int place, int version) {
    int slot = order[1 + place];
    NEWEST.setRelease(newest, slot, version);
  }

  /// Whether `key` can be added as things are; if not, a leaf that is [#enlarged()] or [#parted]
  /// may take it.
  boolean takes(Bytes key) {
    return order[0] < newest.length && KeyPrefix.compareStart(common, key) == 0;
  }

  /// Whether it is full and has to be parted.
  boolean isFull() {
    return order[0] == MAX_KEYS;
  }

  /// Adds a key where it belongs.
  void insert(int place, Bytes key, int version) {
    byte[] before = order;
    int count = before[0];
    prefixes[count] = KeyPrefix.of(key, common.length);
    newest[count] = version;
    if (place == count) {
      before[1 + count] = (byte) count;
      SLOT.setRelease(before, 0, (byte) (count + 1));
    } else {
      var after = new byte[before.length];
      after[0] = (byte) (count + 1);
      System.arraycopy(before, 1, after, 1, place);
      after[1 + place] = (byte) count;
      System.arraycopy(before, 1 + place, after, 2 + place, count - place);
      ORDER.setRelease(this, after);
    }
  }

  /// Another leaf with the same keys that takes `key`, too.
  PackedLeaf widened(Bytes key) {
    int count = order[0];
    int slots = Math.min(MAX_KEYS, count < newest.length ? newest.length : 2 * count);
    int shared = count == 0 ? 0 : Math.min(common.length, KeyPrefix.common(key, key(0)));
    return copy(0, count, shared, slots);
  }

  /// Another leaf with the keys from place `from` to `to`, which has room for more.
  PackedLeaf part(int from, int to) {
    int shared = from == to ? 0 : KeyPrefix.common(key(from), key(to - 1));
    boolean alike = prefix(from) == prefix(to - 1);
    // New prefixes cost a look at each key.
    return copy(from, to, alike || shared >= common.length + 4 ? shared : common.length, MAX_KEYS);
  }

  /// A leaf of `key` alone, to which others will be added that are above it.
  PackedLeaf behind(Bytes key, int version) {
    boolean alike = KeyPrefix.compareStart(common, key) == 0;
    var leaf = new PackedLeaf(arena, alike ? common : new byte[0], MAX_KEYS);
    leaf.insert(0, key, version);
    return leaf;
  }

  private PackedLeaf copy(int from, int to, int shared, int slots) {
    byte[] start = shared == common.length ? common : key(from).slice(0, shared).toArray();
    var copy = new PackedLeaf(arena, start, slots);
    for (int place = from; place < to; place++) {
      int at = place - from;
      copy.newest[at] = newest[order[1 + place]];
      copy.prefixes[at] =
          shared == common.length ? prefix(place) : KeyPrefix.of(key(place), shared);
      copy.order[1 + at] = (byte) at;
    }
    copy.order[0] = (byte) (to - from);
    return copy;
  }

  private long prefix(int place) {
    return prefixes[order[1 + place]];
  }

  private Bytes key(int place) {
    return arena.key(newest[order[1 + place]]);
  }

  /// The shortest key above the last key of this and not above the first key of `next`.
  Bytes separator(PackedLeaf next) {
    var first = next.key(0);
    int shared = KeyPrefix.common(key(order[0] - 1), first);
    return Bytes.wrap(first.slice(0, shared + 1).toArray());
  }

  long bytes() {
    return OBJECT_BYTES + 3L * ARRAY_BYTES + 13L * newest.length;
  }
}
