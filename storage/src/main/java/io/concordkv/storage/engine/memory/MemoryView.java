package io.concordkv.storage.engine.memory;

import io.concordkv.base.Bytes;
import io.concordkv.base.Check;
import io.concordkv.storage.engine.Cursor;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.Order;
import io.concordkv.storage.engine.View;
import org.jspecify.annotations.Nullable;

/// A frozen content, until it is closed.
final class MemoryView implements View {
  private final Content.Frozen frozen;
  private final Moment moment;

  MemoryView(Content.Frozen frozen, Moment moment) {
    this.frozen = frozen;
    this.moment = moment;
  }

  @Override
  public @Nullable Bytes get(Bytes key) {
    Check.that(!moment.isOver(), "a closed view is not read");
    return frozen.get(key);
  }

  @Override
  public Cursor scan(KeyRange range, Order order) {
    return scan(range, order, null);
  }

  /// `owned` is closed with the cursor.
  Cursor scan(KeyRange range, Order order, @Nullable View owned) {
    Check.that(!moment.isOver(), "a closed view is not read");
    return new WalkCursor(frozen.walk(range), range, order, owned);
  }

  @Override
  public void close() {
    moment.end();
  }
}
