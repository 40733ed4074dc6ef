package io.concordkv.sim.model;

import io.concordkv.base.Bytes;
import io.concordkv.mvcc.KeyValue;
import io.concordkv.mvcc.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Every version that every key ever had, oldest first. Nothing is ever forgotten.
final class Versions {
  private final TreeMap<Bytes, List<Version>> byKey = new TreeMap<>();

  /// @param pair null if the key was deleted
  private record Version(long revision, @Nullable KeyValue pair) {}

  void add(Bytes key, long revision, @Nullable KeyValue pair) {
    byKey.computeIfAbsent(key, _ -> new ArrayList<>()).add(new Version(revision, pair));
  }

  /// `key` as it was at `revision`; null if it did not exist.
  @Nullable KeyValue at(Bytes key, long revision) {
    var versions = byKey.get(key);
    return versions == null ? null : at(versions, revision);
  }

  /// Everything in `span` as it was at `revision`, in the order of keys.
  List<KeyValue> all(Span span, long revision) {
    var found = new ArrayList<KeyValue>();
    if (span.single()) {
      var pair = at(span.key(), revision);
      if (pair != null) {
        found.add(pair);
      }
      return found;
    }
    for (var entry : byKey.tailMap(span.key(), true).entrySet()) {
      var upper = span.upper();
      if (upper != null && entry.getKey().compareTo(upper) >= 0) {
        break;
      }
      var pair = at(entry.getValue(), revision);
      if (pair != null) {
        found.add(pair);
      }
    }
    return found;
  }

  /// Most questions are about now, so it is found from the end.
  private static @Nullable KeyValue at(List<Version> versions, long revision) {
    int from = 0;
    int to = versions.size();
    if (to > 0 && versions.get(to - 1).revision <= revision) {
      return versions.get(to - 1).pair;
    }
    while (from < to) {
      int middle = (from + to) >>> 1;
      if (versions.get(middle).revision <= revision) {
        from = middle + 1;
      } else {
        to = middle;
      }
    }
    return from == 0 ? null : versions.get(from - 1).pair;
  }
}
