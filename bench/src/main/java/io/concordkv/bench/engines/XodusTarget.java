package io.concordkv.bench.engines;

import io.concordkv.base.Bytes;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import jetbrains.exodus.ArrayByteIterable;
import jetbrains.exodus.ByteIterable;
import jetbrains.exodus.env.Cursor;
import jetbrains.exodus.env.Environment;
import jetbrains.exodus.env.EnvironmentConfig;
import jetbrains.exodus.env.Environments;
import jetbrains.exodus.env.Store;
import jetbrains.exodus.env.StoreConfig;
import jetbrains.exodus.env.TransactionalExecutable;
import org.jspecify.annotations.Nullable;

/// Xodus: a transaction for each write, one for each read.
final class XodusTarget implements Target {
  private final Environment environment;
  private final Store store;

  XodusTarget(Path directory, Contender.Way way) {
    var config =
        new EnvironmentConfig()
            .setLogDurableWrite(way.synced())
            .setMemoryUsage(Math.max(way.cacheBytes(), 16 << 20))
            .setManagementEnabled(false);
    environment = Environments.newInstance(directory.toFile(), config);
    store =
        environment.computeInTransaction(
            txn -> environment.openStore("pairs", StoreConfig.WITHOUT_DUPLICATES, txn));
  }

  @Override
  public void put(Bytes key, Bytes value) {
    write(txn -> store.put(txn, iterable(key), iterable(value)));
  }

  @Override
  public void putAll(List<Bytes> keys, List<Bytes> values) {
    write(txn -> {
      for (int i = 0; i < keys.size(); i++) {
        store.put(txn, iterable(keys.get(i)), iterable(values.get(i)));
      }
    });
  }

  @Override
  public void delete(Bytes key) {
    write(txn -> store.delete(txn, iterable(key)));
  }

  private void write(TransactionalExecutable work) {
    environment.executeInTransaction(work);
  }

  private static ArrayByteIterable iterable(Bytes bytes) {
    return new ArrayByteIterable(Target.array(bytes));
  }

  @Override
  public @Nullable Bytes get(Bytes key) {
    var txn = environment.beginReadonlyTransaction();
    try {
      var value = store.get(txn, iterable(key));
      return value == null ? null : Bytes.wrap(copy(value));
    } finally {
      txn.abort();
    }
  }

  private static byte[] copy(ByteIterable bytes) {
    var array = bytes.getBytesUnsafe();
    return Arrays.copyOf(array, bytes.getLength());
  }

  @Override
  public long scan(Bytes from, int limit) {
    var txn = environment.beginReadonlyTransaction();
    try (var cursor = store.openCursor(txn)) {
      long sum = 0;
      int left = limit;
      boolean more = cursor.getSearchKeyRange(iterable(from)) != null;
      for (; more && left-- > 0; more = cursor.getNext()) {
        sum += sum(cursor);
      }
      return sum;
    } finally {
      txn.abort();
    }
  }

  @Override
  public long scanBack(int limit) {
    var txn = environment.beginReadonlyTransaction();
    try (var cursor = store.openCursor(txn)) {
      long sum = 0;
      int left = limit;
      for (boolean more = cursor.getLast(); more && left-- > 0; more = cursor.getPrev()) {
        sum += sum(cursor);
      }
      return sum;
    } finally {
      txn.abort();
    }
  }

  private static long sum(Cursor cursor) {
    return cursor.getKey().getLength() + (long) cursor.getValue().iterator().next();
  }

  @Override
  public Reader reader() {
    return new Shared(this);
  }

  @Override
  public void close() {
    environment.close();
  }
}
