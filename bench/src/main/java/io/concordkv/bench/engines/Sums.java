package io.concordkv.bench.engines;

import io.concordkv.storage.engine.Cursor;

/// Reads with a cursor of ours.
final class Sums {
  private Sums() {}

  /// What [Reader#scan] adds up, over the next `limit` pairs of `cursor`, which it closes.
  static long of(Cursor cursor, int limit) {
    try (cursor) {
      long sum = 0;
      for (int i = 0; i < limit && cursor.next(); i++) {
        sum += cursor.key().length() + cursor.value().at(0);
      }
      return sum;
    }
  }
}
