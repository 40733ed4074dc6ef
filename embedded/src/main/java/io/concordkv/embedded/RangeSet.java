package io.concordkv.embedded;

import io.concordkv.base.Bytes;
import io.concordkv.storage.engine.KeyRange;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A set of keys made of ranges. Those that meet or touch become one, so what is kept is as short
/// as it can be and sorted.
final class RangeSet {
  private final TreeMap<Bytes, KeyRange> ranges = new TreeMap<>();

  void add(KeyRange range) {
    if (range.isEmpty()) {
      return;
    }
    var from = range.from();
    var to = range.to();
    var before = ranges.floorEntry(from);
    if (before != null && touches(before.getValue().to(), from)) {
      from = before.getKey();
      to = later(to, before.getValue().to());
    }
    for (var next = ranges.ceilingEntry(from);
        next != null && touches(to, next.getKey());
        next = ranges.ceilingEntry(from)) {
      to = later(to, next.getValue().to());
      ranges.remove(next.getKey());
    }
    ranges.put(from, new KeyRange(from, to));
  }

  boolean covers(Bytes key) {
    return at(key) != null;
  }

  /// The range in which `key` is; null if it is in none.
  @Nullable KeyRange at(Bytes key) {
    var at = ranges.floorEntry(key);
    return at != null && at.getValue().contains(key) ? at.getValue() : null;
  }

  RangeSet copy() {
    var copy = new RangeSet();
    copy.ranges.putAll(ranges);
    return copy;
  }

  /// Whether all of `range` is in it.
  boolean covers(KeyRange range) {
    if (range.isEmpty()) {
      return true;
    }
    var at = ranges.floorEntry(range.from());
    return at != null && reaches(at.getValue().to(), range.to());
  }

  /// Whether something of `range` is in it.
  boolean meets(KeyRange range) {
    if (range.isEmpty()) {
      return false;
    }
    var to = range.to();
    Map.@Nullable Entry<Bytes, KeyRange> last =
        to == null ? ranges.lastEntry() : ranges.lowerEntry(to);
    if (last == null) {
      return false;
    }
    var end = last.getValue().to();
    return end == null || end.compareTo(range.from()) > 0;
  }

  void clear() {
    ranges.clear();
  }

  Collection<KeyRange> ranges() {
    return ranges.values();
  }

  /// Of how many ranges it is made.
  int size() {
    return ranges.size();
  }

  /// Whether what ends at `to` leaves nothing out before `from`.
  private static boolean touches(@Nullable Bytes to, Bytes from) {
    return to == null || to.compareTo(from) >= 0;
  }

  private static boolean reaches(@Nullable Bytes end, @Nullable Bytes to) {
    return end == null || (to != null && end.compareTo(to) >= 0);
  }

  private static @Nullable Bytes later(@Nullable Bytes one, @Nullable Bytes other) {
    return reaches(one, other) ? one : other;
  }
}
