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

  /// To write what `batch` writes.
  static Wish writes(WriteBatch batch) {
    var keys = new TreeSet<Bytes>();
    for (var change : batch.changes()) {
      keys.add(change.key());
    }
    return new Wish(LockMode.EXCLUSIVE, List.copyOf(keys), null);
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
            || (other.range != null && meet(range, other.range)));
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

  private static boolean meet(KeyRange one, KeyRange other) {
    return !one.isEmpty()
        && !other.isEmpty()
        && (one.to() == null || one.to().compareTo(other.from()) > 0)
        && (other.to() == null || other.to().compareTo(one.from()) > 0);
  }

  @Override
  public String toString() {
    if (range != null) {
      return range.to() == null
          ? "all keys from '" + range.from() + "' on"
          : "the keys from '" + range.from() + "' to '" + range.to() + "'";
    }
    return keys.size() == 1
        ? keys.getFirst().toString()
        : keys.getFirst() + " and " + (keys.size() - 1) + " more keys";
  }
}
