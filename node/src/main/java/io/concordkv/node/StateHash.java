package io.concordkv.node;

import io.concordkv.base.ByteWriter;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.Order;
import io.concordkv.storage.engine.View;
import java.util.zip.CRC32C;

/// The checksum of everything a member stores.
final class StateHash {
  private StateHash() {}

  /// Reads all of `view` and closes it.
  static int of(View view) {
    var crc = new CRC32C();
    try (view;
        var cursor = view.scan(KeyRange.ALL, Order.ASCENDING)) {
      while (cursor.next()) {
        var pair = new ByteWriter().bytes(cursor.key()).bytes(cursor.value()).finish();
        crc.update(pair.sharedArray(), pair.sharedOffset(), pair.length());
      }
    }
    return (int) crc.getValue();
  }
}
