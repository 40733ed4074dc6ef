package io.concordkv.mvcc.watch;

import io.concordkv.base.Bytes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;

/// The synced watches, by what they watch.
final class WatchIndex {
  // Only ever asked for one key: its order does not matter.
  private final HashMap<Bytes, List<Watch>> byKey = new HashMap<>();
  private final SpanTree byRange = new SpanTree();

  void add(Watch watch) {
    if (watch.span.single()) {
      byKey.computeIfAbsent(watch.span.key(), _ -> new ArrayList<>(1)).add(watch);
    } else {
      byRange.add(watch);
    }
  }

  void remove(Watch watch) {
    if (!watch.span.single()) {
      byRange.remove(watch);
      return;
    }
    var watches = byKey.get(watch.span.key());
    if (watches != null && watches.remove(watch) && watches.isEmpty()) {
      byKey.remove(watch.span.key());
    }
  }

  void find(Bytes key, List<Watch> found) {
    var watches = byKey.get(key);
    if (watches != null) {
      found.addAll(watches);
    }
    byRange.find(key, found);
  }
}
