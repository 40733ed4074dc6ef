package io.concordkv.bench.engines;

import io.concordkv.base.Bytes;
import java.nio.file.Path;
import java.util.List;
import org.h2.mvstore.Cursor;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.type.ByteArrayDataType;
import org.jspecify.annotations.Nullable;

/// The storage engine of H2, with its commits in the background each second or when a megabyte has
/// gathered; a synced write commits and syncs by itself. It keeps the arrays that it is given.
final class MvStoreTarget implements Target {
  private final MVStore store;
  private final MVMap<byte[], byte[]> map;
  private final boolean synced;

  MvStoreTarget(Path directory, Contender.Way way) {
    synced = way.synced();
    var file = directory.resolve("pairs.mv").toString();
    var builder = new MVStore.Builder().fileName(file);
    store = builder.cacheSize((int) Math.max(1, way.cacheBytes() >> 20)).open();
    map =
        store.openMap(
            "pairs",
            new MVMap.Builder<byte[], byte[]>()
                .keyType(ByteArrayDataType.INSTANCE)
                .valueType(ByteArrayDataType.INSTANCE));
  }

  @Override
  public void put(Bytes key, Bytes value) {
    map.put(Target.array(key), Target.array(value));
    written();
  }

  @Override
  public void putAll(List<Bytes> keys, List<Bytes> values) {
    for (int i = 0; i < keys.size(); i++) {
      map.put(Target.array(keys.get(i)), Target.array(values.get(i)));
    }
    written();
  }

  @Override
  public void delete(Bytes key) {
    map.remove(Target.array(key));
    written();
  }

  private void written() {
    if (synced) {
      long _ = store.commit();
      store.sync();
    }
  }

  @Override
  public @Nullable Bytes get(Bytes key) {
    var value = map.get(Target.array(key));
    return value == null ? null : Bytes.wrap(value);
  }

  @Override
  public long scan(Bytes from, int limit) {
    return sum(map.cursor(Target.array(from)), limit);
  }

  @Override
  public long scanBack(int limit) {
    return sum(map.cursor(null, null, true), limit);
  }

  private static long sum(Cursor<byte[], byte[]> cursor, int limit) {
    long sum = 0;
    for (int i = 0; i < limit && cursor.hasNext(); i++) {
      var key = cursor.next();
      sum += Reader.sumOf(key, cursor.getValue());
    }
    return sum;
  }

  @Override
  public Reader reader() {
    return new Shared(this);
  }

  @Override
  public void settle() {
    long _ = store.commit();
  }

  @Override
  public void close() {
    store.close();
  }
}
