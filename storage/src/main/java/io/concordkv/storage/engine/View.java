package io.concordkv.storage.engine;

import io.concordkv.base.Bytes;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// An engine's content at a moment. Reading may touch the disk. Several threads may read one view;
/// the last of them closes it. A view holds memory and files until then, so it is short-lived.
public interface View extends AutoCloseable {
  @Nullable Bytes get(Bytes key);

  /// The values of `keys`, in their order and all of one moment; null for each that has none.
  default List<@Nullable Bytes> getAll(List<Bytes> keys) {
    var values = new ArrayList<@Nullable Bytes>(keys.size());
    for (var key : keys) {
      values.add(get(key));
    }
    return values;
  }

  /// The pairs of `range` in `order`. The cursor must be closed before the view.
  Cursor scan(KeyRange range, Order order);

  /// How many pairs there are in `range`; walks over them unless the engine knows better.
  default long count(KeyRange range) {
    long count = 0;
    try (var cursor = scan(range, Order.ASCENDING)) {
      while (cursor.next()) {
        count++;
      }
    }
    return count;
  }

  @Override
  void close();
}
