package io.concordkv.bench.engines;

import io.concordkv.base.Bytes;
import java.util.Map;
import java.util.NavigableMap;
import org.jspecify.annotations.Nullable;

/// A map of the JDK.
final class MapTarget implements Target {
  private final Map<Bytes, Bytes> map;

  MapTarget(Map<Bytes, Bytes> map) {
    this.map = map;
  }

  @Override
  public void put(Bytes key, Bytes value) {
    map.put(key, value);
  }

  @Override
  public @Nullable Bytes get(Bytes key) {
    return map.get(key);
  }

  @Override
  public void delete(Bytes key) {
    map.remove(key);
  }

  @Override
  public long scan(Bytes from, int limit) {
    if (!(map instanceof NavigableMap<Bytes, Bytes> ordered)) {
      return 0;
    }
    long sum = 0;
    int left = limit;
    for (var pair : ordered.tailMap(from, true).entrySet()) {
      if (left-- == 0) {
        break;
      }
      sum += pair.getKey().length() + pair.getValue().at(0);
    }
    return sum;
  }

  @Override
  public boolean isOrdered() {
    return map instanceof NavigableMap;
  }

  @Override
  public long offHeapBytes() {
    return 0;
  }

  @Override
  public void close() {}
}
