package io.concordkv.embedded;

import io.concordkv.base.Bytes;
import io.concordkv.base.Check;
import io.concordkv.storage.engine.Cursor;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.Order;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// The content of a store at a moment. Several threads may read it at once, and none of them waits
/// for a writer; reading may touch the disk. It holds memory and files until it is closed, which is
/// to happen after its cursors are closed and before the store is.
public final class Snapshot implements AutoCloseable {
  private final Published content;
  private final AtomicBoolean closed = new AtomicBoolean();

  Snapshot(Published content) {
    this.content = content;
  }

  public @Nullable Bytes get(Bytes key) {
    check();
    return content.view.get(key);
  }

  /// The values of `keys`, in their order; null for each that has none.
  public List<@Nullable Bytes> getAll(List<Bytes> keys) {
    check();
    return content.view.getAll(keys);
  }

  /// The pairs of `range` in `order`; the cursor is used by one thread and closed by it.
  public Cursor scan(KeyRange range, Order order) {
    check();
    return content.view.scan(range, order);
  }

  /// The pairs whose keys begin with `prefix`, ascending.
  public Cursor prefix(Bytes prefix) {
    return scan(KeyRange.prefix(prefix), Order.ASCENDING);
  }

  /// How many pairs there are in `range`.
  public long count(KeyRange range) {
    check();
    return content.view.count(range);
  }

  /// After which commit this is: it grows with every write of the store.
  public long sequence() {
    return content.sequence;
  }

  /// Harmless if it is closed.
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      content.release();
    }
  }

  private void check() {
    Check.that(!closed.get(), "a closed snapshot is not read");
  }
}
