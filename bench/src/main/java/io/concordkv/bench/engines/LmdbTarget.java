package io.concordkv.bench.engines;

import io.concordkv.base.Bytes;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.lmdbjava.Cursor;
import org.lmdbjava.Dbi;
import org.lmdbjava.DbiFlags;
import org.lmdbjava.Env;
import org.lmdbjava.EnvFlags;
import org.lmdbjava.GetOp;
import org.lmdbjava.Txn;

/// LMDB: a map of 8 GiB, a write transaction for each write, and for each thread a read transaction
/// that is renewed for each read. Without syncs it has `MDB_NOSYNC`.
final class LmdbTarget implements Target {
  private static final long MAP_BYTES = 8L << 30;
  private static final int MAX_VALUE = 64 << 10;

  private final Env<ByteBuffer> env;
  private final Dbi<ByteBuffer> pairs;
  private final ThreadLocal<Buffers> buffers = ThreadLocal.withInitial(Buffers::new);
  private final Transaction own;

  private static final class Buffers {
    private final ByteBuffer key = ByteBuffer.allocateDirect(511);
    private final ByteBuffer value = ByteBuffer.allocateDirect(MAX_VALUE);

    private static ByteBuffer fill(ByteBuffer buffer, Bytes bytes) {
      buffer.clear();
      bytes.copyTo(buffer);
      return buffer.flip();
    }
  }

  LmdbTarget(Path directory, Contender.Way way) {
    var builder = Env.create().setMapSize(MAP_BYTES).setMaxDbs(1);
    env =
        way.synced()
            ? builder.open(directory.toFile(), EnvFlags.MDB_NOTLS)
            : builder.open(directory.toFile(), EnvFlags.MDB_NOTLS, EnvFlags.MDB_NOSYNC);
    pairs = env.openDbi("pairs", DbiFlags.MDB_CREATE);
    own = new Transaction();
  }

  @Override
  public void put(Bytes key, Bytes value) {
    try (var txn = env.txnWrite()) {
      put(txn, key, value);
      txn.commit();
    }
  }

  @Override
  public void putAll(List<Bytes> keys, List<Bytes> values) {
    try (var txn = env.txnWrite()) {
      for (int i = 0; i < keys.size(); i++) {
        put(txn, keys.get(i), values.get(i));
      }
      txn.commit();
    }
  }

  private void put(Txn<ByteBuffer> txn, Bytes key, Bytes value) {
    var mine = buffers.get();
    pairs.put(txn, Buffers.fill(mine.key, key), Buffers.fill(mine.value, value));
  }

  @Override
  public void delete(Bytes key) {
    try (var txn = env.txnWrite()) {
      pairs.delete(txn, Buffers.fill(buffers.get().key, key));
      txn.commit();
    }
  }

  @Override
  public @Nullable Bytes get(Bytes key) {
    return own.get(key);
  }

  @Override
  public long scan(Bytes from, int limit) {
    return own.scan(from, limit);
  }

  @Override
  public long scanBack(int limit) {
    return own.scanBack(limit);
  }

  @Override
  public Reader reader() {
    return new Transaction();
  }

  @Override
  public void close() {
    own.close();
    env.close();
  }

  private final class Transaction implements Reader {
    private final ByteBuffer wanted = ByteBuffer.allocateDirect(511);
    private final Txn<ByteBuffer> txn = env.txnRead();
    private final Cursor<ByteBuffer> cursor = pairs.openCursor(txn);

    Transaction() {
      txn.reset();
    }

    @Override
    public @Nullable Bytes get(Bytes key) {
      txn.renew();
      var value = pairs.get(txn, Buffers.fill(wanted, key));
      var copy = value == null ? null : Bytes.copyOf(value);
      txn.reset();
      return copy;
    }

    @Override
    public long scan(Bytes from, int limit) {
      txn.renew();
      cursor.renew(txn);
      long sum = 0;
      int left = limit;
      boolean more = cursor.get(Buffers.fill(wanted, from), GetOp.MDB_SET_RANGE);
      for (; more && left-- > 0; more = cursor.next()) {
        sum += sum();
      }
      txn.reset();
      return sum;
    }

    @Override
    public long scanBack(int limit) {
      txn.renew();
      cursor.renew(txn);
      long sum = 0;
      int left = limit;
      for (boolean more = cursor.last(); more && left-- > 0; more = cursor.prev()) {
        sum += sum();
      }
      txn.reset();
      return sum;
    }

    private long sum() {
      return cursor.key().remaining() + (long) cursor.val().get(0);
    }

    @Override
    public void close() {
      txn.renew();
      cursor.close();
      txn.close();
    }
  }
}
