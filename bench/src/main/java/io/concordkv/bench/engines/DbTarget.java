package io.concordkv.bench.engines;

import io.concordkv.base.Bytes;
import io.concordkv.embedded.ConcordDb;
import io.concordkv.embedded.Options;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.Order;
import io.concordkv.storage.engine.WriteBatch;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Our embedded store: an engine with a log, for all threads of a process. What its engine has not
/// written out by itself stays in memory, settled or not.
final class DbTarget implements Target {
  private final ConcordDb db;

  DbTarget(Path directory, Options options) {
    db = ConcordDb.open(directory, options);
  }

  @Override
  public void put(Bytes key, Bytes value) {
    db.put(key, value);
  }

  @Override
  public void putAll(List<Bytes> keys, List<Bytes> values) {
    var batch = new WriteBatch();
    for (int i = 0; i < keys.size(); i++) {
      batch.put(keys.get(i), values.get(i));
    }
    db.write(batch);
  }

  @Override
  public void delete(Bytes key) {
    db.delete(key);
  }

  @Override
  public @Nullable Bytes get(Bytes key) {
    return db.get(key);
  }

  @Override
  public long scan(Bytes from, int limit) {
    return Sums.of(db.scan(new KeyRange(from, null), Order.ASCENDING), limit);
  }

  @Override
  public long scanBack(int limit) {
    return Sums.of(db.scan(KeyRange.ALL, Order.DESCENDING), limit);
  }

  @Override
  public Reader reader() {
    return new Shared(this);
  }

  @Override
  public double writeAmplification() {
    double amplification = db.metrics().work().amplification();
    return amplification == 0 ? Double.NaN : amplification;
  }

  @Override
  public void settle() {
    db.flush();
  }

  @Override
  public void close() {
    db.close();
  }
}
