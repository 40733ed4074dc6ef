package io.concordkv.bench.engines;

import io.concordkv.base.Bytes;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.mapdb.BTreeMap;
import org.mapdb.DB;
import org.mapdb.DBMaker;
import org.mapdb.Serializer;

/// MapDB in a mapped file; it has a log only if writes are synced.
final class MapDbTarget implements Target {
  private final DB db;
  private final BTreeMap<byte[], byte[]> map;
  private final boolean synced;

  MapDbTarget(Path directory, Contender.Way way) {
    synced = way.synced();
    var maker = DBMaker.fileDB(directory.resolve("pairs.db").toFile()).fileMmapEnable();
    db = (synced ? maker.transactionEnable() : maker).make();
    map = db.treeMap("pairs", Serializer.BYTE_ARRAY, Serializer.BYTE_ARRAY).createOrOpen();
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
      db.commit();
    }
  }

  @Override
  public @Nullable Bytes get(Bytes key) {
    var value = map.get(Target.array(key));
    return value == null ? null : Bytes.wrap(value);
  }

  @Override
  public long scan(Bytes from, int limit) {
    return sum(map.tailMap(Target.array(from), true), limit);
  }

  @Override
  public long scanBack(int limit) {
    return sum(map.descendingMap(), limit);
  }

  private static long sum(Map<byte[], byte[]> pairs, int limit) {
    long sum = 0;
    int left = limit;
    for (var pair : pairs.entrySet()) {
      if (left-- == 0) {
        break;
      }
      sum += Reader.sumOf(pair.getKey(), pair.getValue());
    }
    return sum;
  }

  @Override
  public Reader reader() {
    return new Shared(this);
  }

  @Override
  public void settle() {
    db.commit();
  }

  @Override
  public void close() {
    db.close();
  }
}
