package io.concordkv.mvcc;

import io.concordkv.base.Bytes;
import io.concordkv.base.Check;
import io.concordkv.base.InvariantError;
import io.concordkv.storage.engine.Cursor;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.Order;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A cursor over a map, strict about its contract: it never goes back.
final class MapCursor implements Cursor {
  private final NavigableMap<Bytes, Bytes> pairs;
  private Map.@Nullable Entry<Bytes, Bytes> at;
  private boolean started;

  MapCursor(NavigableMap<Bytes, Bytes> map, KeyRange range, Order order) {
    NavigableMap<Bytes, Bytes> part =
        range.isEmpty()
            ? new TreeMap<>()
            : range.to() == null
                ? map.tailMap(range.from(), true)
                : map.subMap(range.from(), true, range.to(), false);
    pairs = order == Order.ASCENDING ? part : part.descendingMap();
  }

  @Override
  public boolean next() {
    if (!started) {
      at = pairs.firstEntry();
    } else if (at != null) {
      at = pairs.higherEntry(at.getKey());
    }
    started = true;
    return at != null;
  }

  @Override
  public boolean seek(Bytes key) {
    if (started && at == null) {
      return false;
    }
    if (at != null) {
      var order = pairs.comparator();
      int back = order == null ? key.compareTo(at.getKey()) : order.compare(key, at.getKey());
      Check.that(back >= 0, "a cursor never goes back");
    }
    started = true;
    at = pairs.ceilingEntry(key);
    return at != null;
  }

  @Override
  public Bytes key() {
    return entry().getKey();
  }

  @Override
  public Bytes value() {
    return entry().getValue();
  }

  @Override
  public void close() {}

  private Map.Entry<Bytes, Bytes> entry() {
    if (at == null) {
      throw new InvariantError("a cursor stands on a pair when it is read");
    }
    return at;
  }
}
