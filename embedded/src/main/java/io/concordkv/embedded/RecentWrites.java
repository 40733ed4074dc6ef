package io.concordkv.embedded;

import io.concordkv.base.Bytes;
import io.concordkv.embedded.Commit.Claims;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.WriteBatch;
import java.util.ArrayDeque;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Which commit wrote a key last, for the keys written lately: how a commit finds out whether what
/// it has read still holds ("backward validation", Kung and Robinson, TODS 1981).
///
/// What was written up to [#floor] is not known in full, so who began before that conflicts. It
/// rises when there are too many keys, and with each group while no transaction is open.
final class RecentWrites {
  private record Write(Bytes key, long sequence) {}

  private final int maxKeys;
  private final TreeMap<Bytes, Long> last = new TreeMap<>();
  private final ArrayDeque<Write> order = new ArrayDeque<>();
  private long floor;

  RecentWrites(int maxKeys, long floor) {
    this.maxKeys = maxKeys;
    this.floor = floor;
  }

  /// Nobody needs what was written up to `sequence`.
  void forget(long sequence) {
    last.clear();
    order.clear();
    floor = sequence;
  }

  void add(WriteBatch batch, long sequence) {
    for (var change : batch.changes()) {
      var key = change.key();
      last.put(key, sequence);
      order.add(new Write(key, sequence));
    }
    while (order.size() > maxKeys) {
      var oldest = order.remove();
      floor = oldest.sequence;
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
    }
    for (var range : claims.ranges()) {
      for (var write : within(range).entrySet()) {
        if (isNewer(write.getValue(), claims.since())) {
          return "another transaction has written " + write.getKey() + ", in a range that was read";
        }
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
