package io.concordkv.storage.engine.skiplist;

import io.concordkv.base.Bytes;
import io.concordkv.storage.engine.Cursor;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.Order;
import io.concordkv.storage.engine.View;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/// A list as it was at a sequence number. Whoever closes it only leaves a note; the engine's loop
/// reads it.
final class ListView implements View {
  private static final VarHandle CLOSED;

  static {
    try {
      CLOSED = MethodHandles.lookup().findVarHandle(ListView.class, "closed", boolean.class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  final long sequence;
  private final VersionedSkipList list;

  @SuppressWarnings("unused") // through its handle
  private boolean closed;

  ListView(VersionedSkipList list, long sequence) {
    this.list = list;
    this.sequence = sequence;
  }

  @Override
  public @Nullable Bytes get(Bytes key) {
    var version = list.find(key, sequence);
    return version == null ? null : version.value;
  }

  @Override
  public Cursor scan(KeyRange range, Order order) {
    return new ListCursor(list.walk(sequence), range, order, null);
  }

  Cursor scanAndClose(KeyRange range, Order order) {
    return new ListCursor(list.walk(sequence), range, order, this);
  }

  @Override
  public void close() {
    CLOSED.setRelease(this, true);
  }

  boolean isClosed() {
    return (boolean) CLOSED.getAcquire(this);
  }
}
