package io.concordkv.mvcc.watch;

import io.concordkv.base.Bytes;
import io.concordkv.mvcc.Span;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.function.Predicate;

/// The keys that any of some watches wants. Filled on the loop, asked by one worker.
final class Wanted implements Predicate<Bytes> {
  private final HashSet<Bytes> keys = new HashSet<>();
  private final List<Span> ranges = new ArrayList<>();

  Wanted(List<Watch> watches) {
    for (var watch : watches) {
      if (watch.span.single()) {
        keys.add(watch.span.key());
      } else if (!ranges.contains(watch.span)) {
        ranges.add(watch.span);
      }
    }
  }

  @Override
  public boolean test(Bytes key) {
    if (keys.contains(key)) {
      return true;
    }
    for (var range : ranges) {
      if (range.contains(key)) {
        return true;
      }
    }
    return false;
  }
}
