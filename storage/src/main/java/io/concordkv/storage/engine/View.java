package io.concordkv.storage.engine;

import io.concordkv.base.Bytes;
import org.jspecify.annotations.Nullable;

/// An engine's content at a moment. Reading may touch the disk. A view holds memory and files until
/// it is closed, so it is short-lived.
public interface View extends AutoCloseable {
  @Nullable Bytes get(Bytes key);

  /// The pairs of `range` in `order`. The cursor must be closed before the view.
  Cursor scan(KeyRange range, Order order);

  @Override
  void close();
}
