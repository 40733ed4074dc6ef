package io.concordkv.mvcc;

import io.concordkv.base.Bytes;
import io.concordkv.mvcc.KeyspaceFormat.Version;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The versions that a batch has made and the engine does not have yet.
final class Overlay {
  private final TreeMap<Bytes, List<Written>> versions = new TreeMap<>();

  record Written(long main, Version version) {}

  void add(Bytes key, long main, Version version) {
    versions.computeIfAbsent(key, _ -> new ArrayList<>(1)).add(new Written(main, version));
  }

  /// The newest version of `key`, null if the batch made none.
  @Nullable Written newest(Bytes key) {
    return newest(versions.get(key), Long.MAX_VALUE);
  }

  /// What the batch made of the keys of `span` up to `revision`.
  SortedMap<Bytes, Written> at(Span span, long revision) {
    var found = new TreeMap<Bytes, Written>();
    if (span.isEmpty()) {
      return found;
    }
    var upper = span.upper();
    var part =
        upper == null
            ? versions.tailMap(span.key(), true)
            : versions.subMap(span.key(), true, upper, false);
    part.forEach((key, written) -> {
      var newest = newest(written, revision);
      if (newest != null) {
        found.put(key, newest);
      }
    });
    return found;
  }

  private static @Nullable Written newest(@Nullable List<Written> written, long revision) {
    if (written != null) {
      for (int i = written.size() - 1; i >= 0; i--) {
        if (written.get(i).main <= revision) {
          return written.get(i);
        }
      }
    }
    return null;
  }
}
