package io.concordkv.storage.engine;

import io.concordkv.base.Bytes;
import io.concordkv.storage.engine.memory.Content;
import io.concordkv.storage.engine.memory.Moment;
import io.concordkv.storage.engine.memory.Moments;
import io.concordkv.storage.engine.memory.Walk;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The slowest obvious content: a map that is copied for each moment.
final class TreeMapContent implements Content {
  private final NavigableMap<Bytes, Bytes> map = new TreeMap<>();

  TreeMapContent(Moments moments) {
    Objects.requireNonNull(moments);
  }

  @Override
  public @Nullable Bytes get(Bytes key) {
    return map.get(key);
  }

  @Override
  public void put(Bytes key, Bytes value) {
    map.put(key, value);
  }

  @Override
  public void delete(Bytes key) {
    map.remove(key);
  }

  @Override
  public Frozen freeze(Moment moment) {
    var copy = new TreeMap<>(map);
    return new Frozen() {
      @Override
      public @Nullable Bytes get(Bytes key) {
        return copy.get(key);
      }

      @Override
      public Walk walk(KeyRange range) {
        return new MapWalk(copy);
      }
    };
  }

  @Override
  public long count() {
    return map.size();
  }

  @Override
  public long bytes() {
    return 200L * map.size();
  }

  private static final class MapWalk implements Walk {
    private final NavigableMap<Bytes, Bytes> map;
    private Map.@Nullable Entry<Bytes, Bytes> at;

    MapWalk(NavigableMap<Bytes, Bytes> map) {
      this.map = map;
    }

    @Override
    public boolean valid() {
      return at != null;
    }

    @Override
    public void toCeiling(Bytes key) {
      at = map.ceilingEntry(key);
    }

    @Override
    public void toLower(@Nullable Bytes key) {
      at = key == null ? map.lastEntry() : map.lowerEntry(key);
    }

    @Override
    public void next() {
      at = map.higherEntry(key());
    }

    @Override
    public void previous() {
      at = map.lowerEntry(key());
    }

    @Override
    public Bytes key() {
      return Objects.requireNonNull(at).getKey();
    }

    @Override
    public Bytes value() {
      return Objects.requireNonNull(at).getValue();
    }
  }
}
