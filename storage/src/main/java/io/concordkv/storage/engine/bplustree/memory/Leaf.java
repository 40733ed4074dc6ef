package io.concordkv.storage.engine.bplustree.memory;

import io.concordkv.base.Bytes;
import io.concordkv.storage.engine.memory.KeyPrefix;
import io.concordkv.storage.engine.memory.PackedPair;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// A page of pairs, in order. They lie packed in one array, in the order in which they were
/// written; what was written there is never changed, so a copy of the page shares the array. A
/// large value stays outside.
///
/// All keys begin with the same bytes, if only none, and the prefixes are of what follows them
/// (Graefe, "Modern B-Tree Techniques", 2011, section 3.4): else keys like paths or numbers with
/// leading zeros would have equal prefixes. Pages mostly share the array of these bytes.
final class Leaf extends Page {
  /// A longer value is kept by reference: it would make the packed ones around it expensive to
  /// move.
  static final int MAX_PACKED_VALUE_BYTES = 512;

  private static final int OBJECT_BYTES = 40;
  private static final byte[] NONE = new byte[0];

  private int size;
  private byte[] common = NONE;
  private long[] prefixes;
  private int[] offsets;
  private byte[] data;
  private int used;
  private int garbage;

  /// By place; null if there is none in this page.
  private @Nullable Bytes @Nullable [] large;

  private long largeBytes;

  private Leaf(long born, long[] prefixes, int[] offsets, byte[] data) {
    super(born);
    this.prefixes = prefixes;
    this.offsets = offsets;
    this.data = data;
  }

  Leaf(long born) {
    this(born, new long[4], new int[4], new byte[64]);
  }

  @Override
  Leaf copy(long now) {
    var copy = new Leaf(now, prefixes.clone(), offsets.clone(), data);
    copy.size = size;
    copy.common = common;
    copy.used = used;
    copy.garbage = garbage;
    copy.large = large == null ? null : large.clone();
    copy.largeBytes = largeBytes;
    return copy;
  }

  @Override
  int size() {
    return size;
  }

  /// Where `key` is, or the complement of where it belongs.
  int find(Bytes key) {
    int side = KeyPrefix.compareStart(common, key);
    if (side != 0) {
      return side < 0 ? ~0 : ~size;
    }
    long prefix = KeyPrefix.of(key, common.length);
    int low = KeyPrefix.below(prefixes, size, prefix);
    int high = low;
    while (high < size && prefixes[high] == prefix) {
      high++;
    }
    // Mostly the prefixes differ, and this is at most one key.
    while (low < high) {
      int middle = (low + high) >>> 1;
      int order = PackedPair.compareKey(data, offsets[middle], key);
      if (order == 0) {
        return middle;
      } else if (order < 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return ~low;
  }

  /// Whether all keys are below `key`.
  boolean isBelow(Bytes key) {
    if (size == 0) {
      return true;
    }
    int side = KeyPrefix.compareStart(common, key);
    if (side != 0) {
      return side > 0;
    }
    long prefix = KeyPrefix.of(key, common.length);
    long last = prefixes[size - 1];
    return last < prefix
        || (last == prefix && PackedPair.compareKey(data, offsets[size - 1], key) < 0);
  }

  Bytes key(int at) {
    return PackedPair.key(data, offsets[at]);
  }

  Bytes value(int at) {
    var outside = large == null ? null : large[at];
    return outside == null ? PackedPair.value(data, offsets[at]) : outside;
  }

  void insert(int at, Bytes key, Bytes value) {
    if (KeyPrefix.compareStart(common, key) != 0) {
      share(KeyPrefix.common(Bytes.wrap(common), key), key);
    }
    if (size == prefixes.length) {
      int capacity = size + Math.max(4, room(size));
      prefixes = Arrays.copyOf(prefixes, capacity);
      offsets = Arrays.copyOf(offsets, capacity);
      large = large == null ? null : Arrays.copyOf(large, capacity);
    }
    if (at < size) {
      System.arraycopy(prefixes, at, prefixes, at + 1, size - at);
      System.arraycopy(offsets, at, offsets, at + 1, size - at);
      if (large != null) {
        System.arraycopy(large, at, large, at + 1, size - at);
        large[at] = null;
      }
    }
    prefixes[at] = KeyPrefix.of(key, common.length);
    // Nothing lies there yet, should the room be made by moving.
    offsets[at] = -1;
    size++;
    write(at, key, value);
  }

  void replace(int at, Bytes key, Bytes value) {
    drop(at);
    write(at, key, value);
  }

  void remove(int at) {
    drop(at);
    System.arraycopy(prefixes, at + 1, prefixes, at, size - at - 1);
    System.arraycopy(offsets, at + 1, offsets, at, size - at - 1);
    if (large != null) {
      System.arraycopy(large, at + 1, large, at, size - at - 1);
      large[size - 1] = null;
    }
    size--;
    if (garbage > used >> 1) {
      repack(0);
    }
  }

  /// A page with the pairs from `from` to `to`, and with room for more if it `grows`.
  Leaf part(int from, int to, boolean grows, long now) {
    int capacity = to - from + (grows ? room(to - from) : 0);
    int bytes = 0;
    for (int i = from; i < to; i++) {
      bytes += PackedPair.size(data, offsets[i]);
    }
    var place = new byte[bytes + (grows ? room(bytes) : 0)];
    var part = new Leaf(now, new long[capacity], new int[capacity], place);
    part.common = common;
    part.take(this, from, to);
    return part;
  }

  /// Appends the pairs from `from` to `to` of `other`.
  void take(Leaf other, int from, int to) {
    if (from == to) {
      return;
    }
    boolean sameStart = Arrays.equals(other.common, common);
    int more = 0;
    for (int i = from; i < to; i++) {
      more += PackedPair.size(other.data, other.offsets[i]);
    }
    reserve(more);
    int total = size + to - from;
    if (total > prefixes.length) {
      prefixes = Arrays.copyOf(prefixes, total);
      offsets = Arrays.copyOf(offsets, total);
      large = large == null ? null : Arrays.copyOf(large, total);
    }
    for (int i = from; i < to; i++) {
      int bytes = PackedPair.size(other.data, other.offsets[i]);
      System.arraycopy(other.data, other.offsets[i], data, used, bytes);
      prefixes[size] = other.prefixes[i];
      offsets[size] = used;
      used += bytes;
      size++;
      var outside = other.large == null ? null : other.large[i];
      if (outside != null) {
        keepOutside(size - 1, outside);
      }
    }
    if (!sameStart || (size > 1 && prefixes[0] == prefixes[size - 1])) {
      shareAll();
    }
  }

  /// Makes room for as much as `other` has: keys that ascend fill this page as they filled that
  /// one.
  void growLike(Leaf other) {
    prefixes = Arrays.copyOf(prefixes, other.size);
    offsets = Arrays.copyOf(offsets, other.size);
    large = large == null ? null : Arrays.copyOf(large, other.size);
    data = Arrays.copyOf(data, Math.max(used, other.used + (other.used >> 4)));
  }

  /// Leaves only the pairs from `from` to `to`, and room for more if the page `grows`.
  void keep(int from, int to, boolean grows) {
    for (int i = 0; i < size; i++) {
      if (i < from || i >= to) {
        drop(i);
      }
    }
    int end = to + (grows ? room(to - from) : 0);
    prefixes = Arrays.copyOfRange(prefixes, from, end);
    offsets = Arrays.copyOfRange(offsets, from, end);
    large = large == null ? null : Arrays.copyOfRange(large, from, end);
    size = to - from;
    repack(grows ? room(used - garbage) : 0);
    if (size > 1 && prefixes[0] == prefixes[size - 1]) {
      shareAll();
    }
  }

  /// Makes the bytes in common as many as the keys have.
  private void shareAll() {
    share(KeyPrefix.common(key(0), key(size - 1)), key(0));
  }

  /// Makes the first `length` bytes of `key` those in common.
  private void share(int length, Bytes key) {
    if (length != common.length || KeyPrefix.compareStart(common, key) != 0) {
      common = length == 0 ? NONE : key.slice(0, length).toArray();
    }
    for (int i = 0; i < size; i++) {
      prefixes[i] = KeyPrefix.of(key(i), length);
    }
  }

  /// Gives back what room it does not need.
  void reclaim() {
    prefixes = Arrays.copyOf(prefixes, size);
    offsets = Arrays.copyOf(offsets, size);
    large = large == null ? null : Arrays.copyOf(large, size);
    repack(0);
  }

  long bytes() {
    long outside = large == null ? 0 : 16 + 4L * large.length + largeBytes;
    return 2L * OBJECT_BYTES + 48 + 12L * prefixes.length + data.length + outside;
  }

  private void write(int at, Bytes key, Bytes value) {
    boolean outside = value.length() > MAX_PACKED_VALUE_BYTES;
    var inside = outside ? Bytes.EMPTY : value;
    reserve(PackedPair.size(key.length(), inside.length()));
    offsets[at] = used;
    used = PackedPair.write(data, used, key, inside);
    if (outside) {
      keepOutside(at, value.detached());
    }
  }

  private void keepOutside(int at, Bytes value) {
    var places = large == null ? new Bytes[prefixes.length] : large;
    places[at] = value;
    large = places;
    largeBytes += OBJECT_BYTES + value.length();
  }

  /// The pair at `at` counts no more.
  private void drop(int at) {
    garbage += PackedPair.size(data, offsets[at]);
    offsets[at] = -1;
    var outside = large == null ? null : large[at];
    if (large != null && outside != null) {
      large[at] = null;
      largeBytes -= OBJECT_BYTES + outside.length();
    }
  }

  private void reserve(int more) {
    if (data.length - used < more) {
      repack(more + room(used - garbage));
    }
  }

  /// How much more is made room for where there is so much. Twice that is twice as much, so half a
  /// page is moved two times until it is full.
  private static int room(int much) {
    return (int) ((much * 13L) >> 5);
  }

  /// Moves what counts to an array that has room for `more`.
  private void repack(int more) {
    if (garbage == 0) {
      data = Arrays.copyOf(data, used + more);
      return;
    }
    var packed = new byte[used - garbage + more];
    int end = 0;
    for (int i = 0; i < size; i++) {
      if (offsets[i] >= 0) {
        int bytes = PackedPair.size(data, offsets[i]);
        System.arraycopy(data, offsets[i], packed, end, bytes);
        offsets[i] = end;
        end += bytes;
      }
    }
    data = packed;
    used = end;
    garbage = 0;
  }

  /// The shortest key above the last key of this and not above `next`.
  static Bytes separator(Bytes last, Bytes next) {
    return Bytes.wrap(next.slice(0, KeyPrefix.common(last, next) + 1).toArray());
  }

  /// Whether the prefix at `at` is that of its key.
  boolean isSound(int at) {
    var key = key(at);
    return KeyPrefix.compareStart(common, key) == 0
        && prefixes[at] == KeyPrefix.of(key, common.length)
        && offsets[at] < used;
  }
}
