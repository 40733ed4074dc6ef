package io.concordkv.embedded;

import io.concordkv.base.Bytes;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.WriteBatch;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// What somebody wants to lock, all of it or nothing yet: some keys, or a range with every key that
/// could be in it.
///
/// @param keys sorted, each once
record Wish(LockMode mode, List<Bytes> keys, @Nullable KeyRange range) {
  static Wish key(LockMode mode, Bytes key) {
    return new Wish(mode, List.of(key), null);
  }

  static Wish range(LockMode mode, KeyRange range) {
    return new Wish(mode, List.of(), range);
  }

  /// To write what `batch` writes. Of several ranges it takes what is between them, too.
  static Wish writes(WriteBatch batch) {
    var keys = new TreeSet<Bytes>();
    KeyRange hull = null;
    for (var change : batch.changes()) {
      switch (change) {
        case WriteBatch.Change.Single single -> keys.add(single.key());
        case WriteBatch.Change.DeleteRange(var range) -> hull = hull(hull, range);
      }
    }
    return new Wish(LockMode.EXCLUSIVE, List.copyOf(keys), hull);
  }

  private static KeyRange hull(@Nullable KeyRange one, KeyRange other) {
    if (one == null) {
      return other;
    }
    var from = one.from().compareTo(other.from()) <= 0 ? one.from() : other.from();
    var end = one.to();
    var to = other.to();
    return new KeyRange(from, end == null || to == null ? null : end.compareTo(to) >= 0 ? end : to);
  }

  List<KeyRange> ranges() {
    return range == null ? List.of() : List.of(range);
  }

  /// Whether the two cannot be had by different owners at once.
  boolean contends(Wish other) {
    if (!mode.excludes(other.mode)) {
      return false;
    }
    for (var key : keys) {
      if (other.touches(key)) {
        return true;
      }
    }
    return range != null
        && (other.keys.stream().anyMatch(range::contains)
            || (other.range != null && range.overlaps(other.range)));
  }

  /// Whether `key` is in it.
  boolean touches(Bytes key) {
    return Collections.binarySearch(keys, key) >= 0 || (range != null && range.contains(key));
  }

  /// The part of `map` whose keys are in `range`, which is not empty.
  static <T> SortedMap<Bytes, T> within(TreeMap<Bytes, T> map, KeyRange range) {
    var to = range.to();
    return to == null ? map.tailMap(range.from()) : map.subMap(range.from(), to);
  }

  static String text(KeyRange range) {
    return range.to() == null
        ? "all keys from '" + range.from() + "' on"
        : "the keys from '" + range.from() + "' to '" + range.to() + "'";
  }

  @Override
  public String toString() {
    if (range != null) {
      return text(range);
    }
    return keys.size() == 1
        ? keys.getFirst().toString()
        : keys.getFirst() + " and " + (keys.size() - 1) + " more keys";
  }
}
