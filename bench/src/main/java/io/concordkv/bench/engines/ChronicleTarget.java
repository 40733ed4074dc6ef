package io.concordkv.bench.engines;

import io.concordkv.base.Bytes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import net.openhft.chronicle.map.ChronicleMap;
import net.openhft.chronicle.map.ChronicleMapBuilder;
import org.jspecify.annotations.Nullable;

/// Chronicle Map in a mapped file. It has no order and no sync.
final class ChronicleTarget implements Target {
  /// It has to be told how many there will be, and takes up to ten times as many.
  private static final int ENTRIES = 1_200_000;

  private static final int MOST_TIMES = 10;

  private final ChronicleMap<byte[], byte[]> map;

  ChronicleTarget(Path directory) {
    try {
      map =
          ChronicleMapBuilder.of(byte[].class, byte[].class)
              .averageKeySize(Pairs.KEY_BYTES)
              .averageValueSize(Pairs.VALUE_BYTES)
              .entries(ENTRIES)
              .maxBloatFactor(MOST_TIMES)
              .putReturnsNull(true)
              .removeReturnsNull(true)
              .createPersistedTo(directory.resolve("pairs.dat").toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void put(Bytes key, Bytes value) {
    map.put(Target.array(key), Target.array(value));
  }

  @Override
  public void delete(Bytes key) {
    map.remove(Target.array(key));
  }

  @Override
  public @Nullable Bytes get(Bytes key) {
    var value = map.get(Target.array(key));
    return value == null ? null : Bytes.wrap(value);
  }

  @Override
  public long scan(Bytes from, int limit) {
    throw new UnsupportedOperationException("it has no order");
  }

  @Override
  public long scanBack(int limit) {
    throw new UnsupportedOperationException("it has no order");
  }

  @Override
  public Reader reader() {
    return new Shared(this);
  }

  @Override
  public void close() {
    map.close();
  }
}
