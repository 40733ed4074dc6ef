package io.concordkv.embedded;

import io.concordkv.base.Bytes;
import io.concordkv.storage.engine.Cursor;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.Order;
import io.concordkv.storage.engine.WriteBatch;
import org.jspecify.annotations.Nullable;

/// How a transaction reads and what it does so that others are not in its way. What it wrote itself
/// is not known here.
sealed interface Scheme permits Optimistic, Pessimistic {
  /// @param forUpdate it is going to be written
  @Nullable Bytes get(Bytes key, boolean forUpdate);

  Cursor scan(KeyRange range, Order order, boolean forUpdate);

  /// Before `key` is written for the first time.
  void beforeWrite(Bytes key);

  /// Before all keys of `range` are deleted.
  void beforeDelete(KeyRange range);

  /// Makes visible and durable what was written, each key once.
  void commit(WriteBatch batch);

  /// The last call, also after a commit.
  void end();
}
