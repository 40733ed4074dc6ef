package io.concordkv.embedded;

import io.concordkv.base.Bytes;
import io.concordkv.embedded.Commit.Claims;
import io.concordkv.storage.engine.Cursor;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.Order;
import io.concordkv.storage.engine.WriteBatch;
import java.util.NavigableSet;
import org.jspecify.annotations.Nullable;

/// What it writes is locked before, and what a serializable one reads, too ("two-phase locking",
/// Eswaran et al., CACM 1976). Whoever gets a lock gets with it the content at which it has it, so
/// what is read is what was locked, even when the lock is lost in the same instant.
final class Pessimistic implements Scheme {
  private final ConcordDb db;
  private final Isolation isolation;
  private final long number;
  private final NavigableSet<Bytes> expected;

  /// That of a [Isolation#SNAPSHOT], from its first read or lock on.
  private @Nullable Published moment;

  private boolean asked;

  /// @param number its age: the lower the older
  /// @param expected keys that it will probably write: they are locked for that when they are read
  Pessimistic(ConcordDb db, Isolation isolation, long number, NavigableSet<Bytes> expected) {
    this.db = db;
    this.isolation = isolation;
    this.number = number;
    this.expected = expected;
  }

  @Override
  public @Nullable Bytes get(Bytes key, boolean forUpdate) {
    var content = forRead(key, forUpdate);
    try {
      return content.view.get(key);
    } finally {
      content.release();
    }
  }

  private Published forRead(Bytes key, boolean forUpdate) {
    boolean writes = forUpdate || expected.contains(key);
    return writes || isolation == Isolation.SERIALIZABLE
        ? lock(Wish.key(writes ? LockMode.EXCLUSIVE : LockMode.SHARED, key))
        : unlocked();
  }

  @Override
  public Cursor scan(KeyRange range, Order order, boolean forUpdate) {
    boolean writes = forUpdate || expects(range);
    var content =
        writes || isolation == Isolation.SERIALIZABLE
            ? lock(Wish.range(writes ? LockMode.EXCLUSIVE : LockMode.SHARED, range))
            : unlocked();
    return HeldCursor.over(content, range, order);
  }

  private boolean expects(KeyRange range) {
    var first = expected.ceiling(range.from());
    return first != null && range.contains(first);
  }

  @Override
  public void beforeWrite(Bytes key) {
    lock(Wish.key(LockMode.EXCLUSIVE, key)).release();
  }

  @Override
  public void beforeDelete(KeyRange range) {
    lock(Wish.range(LockMode.EXCLUSIVE, range)).release();
  }

  /// The content that a read without a lock sees; to be let go.
  private Published unlocked() {
    if (isolation != Isolation.SNAPSHOT) {
      return db.take();
    }
    var seen = moment;
    if (seen == null) {
      seen = db.take();
      moment = seen;
    }
    return seen.again();
  }

  /// The content that a read sees when it has the lock; to be let go.
  private Published lock(Wish wish) {
    asked = true;
    if (isolation != Isolation.SNAPSHOT) {
      return db.locks().lock(number, wish, Claims.NONE);
    }
    var seen = moment;
    if (seen == null) {
      seen = db.locks().lock(number, wish, Claims.NONE);
      moment = seen;
    } else {
      db.locks()
          .lock(number, wish, new Claims(seen.sequence, wish.keys(), wish.ranges()))
          .release();
    }
    return seen.again();
  }

  @Override
  public void commit(WriteBatch batch) {
    db.commit(batch, Claims.NONE, number);
    asked = false;
  }

  @Override
  public void end() {
    if (asked) {
      asked = false;
      db.locks().end(number);
    }
    var seen = moment;
    if (seen != null) {
      moment = null;
      seen.release();
    }
    if (isolation == Isolation.SNAPSHOT) {
      db.ended();
    }
  }
}
