package io.concordkv.embedded;

import io.concordkv.base.Bytes;
import io.concordkv.embedded.Commit.Claims;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.WriteBatch;
import java.util.ArrayDeque;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Which commit wrote a key last, for the keys written lately: how a commit finds out whether what
/// it has read still holds ("backward validation", Kung and Robinson, TODS 1981).
///
/// What was written up to [#floor] is not known in full, so who began before that conflicts. It
/// rises when there are too many keys, and with each group while no transaction is open.
final class RecentWrites {
  /// More ranges than that are not known apart: a claim is compared with each of them.
  private static final int MAX_RANGES = 1024;

  private record Write(Bytes key, long sequence) {}

  private record RangeWrite(KeyRange range, long sequence) {}

  private final int maxKeys;
  private final TreeMap<Bytes, Long> last = new TreeMap<>();
  private final ArrayDeque<Write> order = new ArrayDeque<>();
  private final ArrayDeque<RangeWrite> ranges = new ArrayDeque<>();
  private long floor;

  RecentWrites(int maxKeys, long floor) {
    this.maxKeys = maxKeys;
    this.floor = floor;
  }

  /// Nobody needs what was written up to `sequence`.
  void forget(long sequence) {
    last.clear();
    order.clear();
    ranges.clear();
    floor = sequence;
  }

  void add(WriteBatch batch, long sequence) {
    for (var change : batch.changes()) {
      switch (change) {
        case WriteBatch.Change.Single single -> {
          last.put(single.key(), sequence);
          order.add(new Write(single.key(), sequence));
        }
        case WriteBatch.Change.DeleteRange(var range) ->
            ranges.add(new RangeWrite(range, sequence));
      }
    }
    while (ranges.size() > MAX_RANGES) {
      floor = Math.max(floor, ranges.remove().sequence);
    }
    while (order.size() > maxKeys) {
      var oldest = order.remove();
      floor = Math.max(floor, oldest.sequence);
      last.remove(oldest.key, oldest.sequence);
    }
  }

  /// Why `claims` do not hold; null if they do.
  @Nullable String conflict(Claims claims) {
    if (claims.isEmpty()) {
      return null;
    }
    if (claims.since() < floor) {
      return "the transaction is too old: it is no longer known what was written since it began";
    }
    for (var key : claims.keys()) {
      if (isNewer(last.get(key), claims.since())) {
        return "another transaction has written " + key + " first";
      }
      var deleted = newer(claims.since(), range -> range.contains(key));
      if (deleted != null) {
        return "another transaction has deleted " + Wish.text(deleted) + " first, with " + key;
      }
    }
    for (var range : claims.ranges()) {
      for (var write : within(range).entrySet()) {
        if (isNewer(write.getValue(), claims.since())) {
          return "another transaction has written " + write.getKey() + ", in a range that was read";
        }
      }
      var deleted = newer(claims.since(), range::overlaps);
      if (deleted != null) {
        return "another transaction has deleted " + Wish.text(deleted) + ", and some were read";
      }
    }
    return null;
  }

  /// A range that was deleted after the commit `since` and passes `test`.
  private @Nullable KeyRange newer(long since, Predicate<KeyRange> test) {
    for (var each = ranges.descendingIterator(); each.hasNext(); ) {
      var write = each.next();
      if (write.sequence <= since) {
        return null;
      }
      if (test.test(write.range)) {
        return write.range;
      }
    }
    return null;
  }

  private SortedMap<Bytes, Long> within(KeyRange range) {
    var to = range.to();
    if (range.isEmpty()) {
      return new TreeMap<>();
    }
    return to == null ? last.tailMap(range.from()) : last.subMap(range.from(), to);
  }

  private static boolean isNewer(@Nullable Long sequence, long since) {
    return sequence != null && sequence > since;
  }
}
