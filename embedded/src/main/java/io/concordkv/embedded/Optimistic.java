package io.concordkv.embedded;

import io.concordkv.base.Bytes;
import io.concordkv.base.ConcordException;
import io.concordkv.base.ErrorCode;
import io.concordkv.embedded.Commit.Claims;
import io.concordkv.storage.engine.Cursor;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.Order;
import io.concordkv.storage.engine.WriteBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Nothing is locked: the commit claims that what was read, or is written, was not written by
/// others since the transaction began (Kung and Robinson, TODS 1981).
final class Optimistic implements Scheme {
  private final ConcordDb db;
  private final Isolation isolation;
  private final @Nullable Published began;

  /// Those that nobody else may have written.
  private final TreeSet<Bytes> readKeys = new TreeSet<>();

  private final List<KeyRange> readRanges = new ArrayList<>();

  /// @param began null if each read is to see the newest
  Optimistic(ConcordDb db, Isolation isolation, @Nullable Published began) {
    this.db = db;
    this.isolation = isolation;
    this.began = began;
  }

  @Override
  public @Nullable Bytes get(Bytes key, boolean forUpdate) {
    var moment = began;
    if (moment == null) {
      refuse(forUpdate);
      return db.get(key);
    }
    if (claims(forUpdate) && readKeys.add(key)) {
      bound();
    }
    return moment.view.get(key);
  }

  @Override
  public Cursor scan(KeyRange range, Order order, boolean forUpdate) {
    var moment = began;
    if (moment == null) {
      refuse(forUpdate);
      return db.scan(range, order);
    }
    if (claims(forUpdate)) {
      readRanges.add(range);
      bound();
    }
    return moment.view.scan(range, order);
  }

  private boolean claims(boolean forUpdate) {
    return forUpdate || isolation == Isolation.SERIALIZABLE;
  }

  private static void refuse(boolean forUpdate) {
    if (forUpdate) {
      throw new IllegalStateException(
          "nothing keeps what is read for an update in an optimistic transaction with committed"
              + " reads: begin a pessimistic one");
    }
  }

  @Override
  public void beforeWrite(Bytes key) {
    // The commit says what it writes.
  }

  @Override
  public void beforeDelete(KeyRange range) {
    // As above.
  }

  @Override
  public void commit(WriteBatch batch) {
    db.commit(batch, claims(batch), Commit.NO_TRANSACTION);
  }

  private Claims claims(WriteBatch batch) {
    var moment = began;
    if (moment == null) {
      return Claims.NONE;
    }
    if (isolation == Isolation.SNAPSHOT) {
      for (var change : batch.changes()) {
        switch (change) {
          case WriteBatch.Change.Single single -> readKeys.add(single.key());
          case WriteBatch.Change.DeleteRange(var range) -> readRanges.add(range);
        }
      }
    }
    return new Claims(moment.sequence, List.copyOf(readKeys), List.copyOf(readRanges));
  }

  @Override
  public void end() {
    var moment = began;
    if (moment != null) {
      moment.release();
      db.ended();
    }
  }

  private void bound() {
    if (readKeys.size() + readRanges.size() > db.maxReads()) {
      throw new ConcordException(
          ErrorCode.TOO_MANY_OPERATIONS,
          "an optimistic transaction claims at most " + db.maxReads() + " keys and ranges");
    }
  }
}
