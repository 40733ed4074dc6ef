package io.concordkv.embedded;

import io.concordkv.base.Bytes;
import io.concordkv.storage.engine.Cursor;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.Order;

/// A cursor that lets something go when it is closed.
final class HeldCursor implements Cursor {
  private final Cursor cursor;
  private final Runnable letGo;
  private boolean closed;

  /// A walk over `content`, which is let go with it, or at once if it cannot begin.
  static Cursor over(Published content, KeyRange range, Order order) {
    boolean begun = false;
    try {
      var held = new HeldCursor(content.view.scan(range, order), content::release);
      begun = true;
      return held;
    } finally {
      if (!begun) {
        content.release();
      }
    }
  }

  private HeldCursor(Cursor cursor, Runnable letGo) {
    this.cursor = cursor;
    this.letGo = letGo;
  }

  @Override
  public boolean next() {
    return cursor.next();
  }

  @Override
  public boolean seek(Bytes key) {
    return cursor.seek(key);
  }

  @Override
  public Bytes key() {
    return cursor.key();
  }

  @Override
  public Bytes value() {
    return cursor.value();
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      cursor.close();
      letGo.run();
    }
  }
}
