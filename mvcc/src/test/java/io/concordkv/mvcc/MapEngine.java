package io.concordkv.mvcc;

import io.concordkv.base.Bytes;
import io.concordkv.base.Check;
import io.concordkv.storage.engine.Cursor;
import io.concordkv.storage.engine.Engine;
import io.concordkv.storage.engine.EngineSizes;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.Order;
import io.concordkv.storage.engine.Replacement;
import io.concordkv.storage.engine.View;
import io.concordkv.storage.engine.WriteBatch;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The slowest obvious engine: a map that is copied for a view after it was written. It counts open
/// views, so that tests see one that is never closed.
public final class MapEngine implements Engine {
  private TreeMap<Bytes, Bytes> map = new TreeMap<>();
  private boolean shared;
  private long mark;
  private int openViews;

  public int openViews() {
    return openViews;
  }

  public NavigableMap<Bytes, Bytes> content() {
    return map;
  }

  /// Another engine with the same content.
  public MapEngine copy() {
    var copy = new MapEngine();
    copy.map.putAll(map);
    return copy;
  }

  @Override
  public void write(WriteBatch batch) {
    if (shared) {
      map = new TreeMap<>(map);
      shared = false;
    }
    for (var change : batch.changes()) {
      switch (change) {
        case WriteBatch.Change.Put put -> map.put(put.key(), put.value());
        case WriteBatch.Change.Delete delete -> map.remove(delete.key());
        case WriteBatch.Change.DeleteRange(var range) -> map.keySet().removeIf(range::contains);
      }
    }
    mark = Math.max(mark, batch.mark());
  }

  @Override
  public @Nullable Bytes get(Bytes key) {
    return map.get(key);
  }

  @Override
  public Cursor scan(KeyRange range, Order order) {
    return new MapCursor(map, range, order);
  }

  @Override
  public View view() {
    shared = true;
    openViews++;
    var frozen = map;
    return new View() {
      private boolean closed;

      @Override
      public @Nullable Bytes get(Bytes key) {
        Check.that(!closed, "a closed view is not read");
        return frozen.get(key);
      }

      @Override
      public Cursor scan(KeyRange range, Order order) {
        Check.that(!closed, "a closed view is not read");
        return new MapCursor(frozen, range, order);
      }

      @Override
      public void close() {
        Check.that(!closed, "a view is closed once");
        closed = true;
        openViews--;
      }
    };
  }

  @Override
  public void sync() {}

  @Override
  public void flush() {}

  @Override
  public void checkpoint(String directory, Runnable done) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Replacement replacement() {
    throw new UnsupportedOperationException();
  }

  /// Takes the content of `other`, as an installed snapshot would.
  public void replaceWith(MapEngine other) {
    map = new TreeMap<>(other.map);
    shared = false;
  }

  @Override
  public void replaceWith(Replacement replacement, long mark, Runnable done) {
    throw new UnsupportedOperationException();
  }

  @Override
  public long durableMark() {
    return mark;
  }

  @Override
  public long mark() {
    return mark;
  }

  @Override
  public boolean stalled() {
    return false;
  }

  @Override
  public long count() {
    return map.size();
  }

  @Override
  public EngineSizes sizes() {
    return new EngineSizes(0, 0, 0);
  }

  @Override
  public void close() {}
}
