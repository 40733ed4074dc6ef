package io.concordkv.embedded;

import io.concordkv.base.Bytes;
import io.concordkv.storage.engine.Cursor;

/// A cursor that lets something go when it is closed.
final class HeldCursor implements Cursor {
  private final Cursor cursor;
  private final Runnable letGo;
  private boolean closed;

  HeldCursor(Cursor cursor, Runnable letGo) {
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
