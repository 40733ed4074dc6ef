package io.concordkv.bench.engines;

import io.concordkv.base.Bytes;
import java.util.Map;
import java.util.NavigableMap;
import org.jspecify.annotations.Nullable;

/// A map of the JDK. It keeps the arrays that it is given.
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
    return sum(ordered().tailMap(from, true), limit);
  }

  @Override
  public long scanBack(int limit) {
    return sum(ordered().descendingMap(), limit);
  }

  private NavigableMap<Bytes, Bytes> ordered() {
    return (NavigableMap<Bytes, Bytes>) map;
  }

  private static long sum(Map<Bytes, Bytes> pairs, int limit) {
    long sum = 0;
    int left = limit;
    for (var pair : pairs.entrySet()) {
      if (left-- == 0) {
        break;
      }
      sum += pair.getKey().length() + pair.getValue().at(0);
    }
    return sum;
  }

  @Override
  public Reader reader() {
    return new Shared(this);
  }

  @Override
  public void close() {}
}
