package io.concordkv.mvcc;

import io.concordkv.base.Check;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Pairs that were written or read lately, so that most reads need not go to the engine.
///
/// A key and the revision of its put name one pair for good: what is found here is never stale, and
/// nothing has to be thrown out when a key changes. Four places for each revision number modulo the
/// number of sets; when they are taken, the one that was filled first gives way. Bounded by the
/// number of places and by bytes.
final class RecentPairs {
  private static final int WAYS = 4;
  private static final int MAX_VALUE_BYTES = 4096;
  private static final long MAX_BYTES = 32 << 20;

  private final int sets;
  private final @Nullable KeyValue[] places;
  private final byte[] oldest;
  private long bytes;
  private int hand;

  /// @param pairs how many there may be: a power of two, at least 4
  RecentPairs(int pairs) {
    Check.that(pairs >= WAYS && Integer.bitCount(pairs) == 1, "the places are a power of two");
    sets = pairs / WAYS;
    places = new KeyValue[pairs];
    oldest = new byte[sets];
  }

  /// The pair that `entry` stands for; null if it is not here.
  @Nullable KeyValue find(LiveEntry entry) {
    int first = set(entry.main()) * WAYS;
    for (int place = first; place < first + WAYS; place++) {
      var pair = places[place];
      if (pair != null && pair.modRevision() == entry.main() && pair.key().equals(entry.key())) {
        return pair;
      }
    }
    return null;
  }

  /// Keeps `pair` for a while, and with it the memory that its value is a part of.
  void add(KeyValue pair) {
    if (pair.value().length() > MAX_VALUE_BYTES) {
      return;
    }
    int set = set(pair.modRevision());
    put(set * WAYS + oldest[set], pair);
    oldest[set] = (byte) ((oldest[set] + 1) % WAYS);
    while (bytes > MAX_BYTES) {
      put(hand, null);
      hand = (hand + 1) % places.length;
    }
  }

  /// As [#add] for what was read and is not here yet.
  void addAll(List<KeyValue> pairs) {
    for (var pair : pairs) {
      var entry = new LiveEntry(pair.key(), 0, pair.modRevision(), 0, 0, 0);
      if (find(entry) == null) {
        add(pair);
      }
    }
  }

  long bytes() {
    return bytes;
  }

  private void put(int place, @Nullable KeyValue pair) {
    bytes += weight(pair) - weight(places[place]);
    places[place] = pair;
  }

  private static long weight(@Nullable KeyValue pair) {
    return pair == null ? 0 : pair.key().length() + pair.value().length() + 96L;
  }

  private int set(long revision) {
    return (int) revision & (sets - 1);
  }
}
