package io.concordkv.embedded;

import io.concordkv.base.Bytes;
import io.concordkv.storage.engine.Cursor;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.Order;
import io.concordkv.storage.engine.WriteBatch;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// Reads and writes that count together or not at all. What it writes is kept here until
/// [#commit()]. Another transaction that is in the way is met with a [ConflictException]; when, and
/// who waits for whom, is said by [Control] and [Isolation]. Used by one thread.
///
/// One that is pessimistic has its locks until it has committed or is closed, so it is to be closed
/// in any case:
///
/// ```java
/// try (var tx = db.begin(Isolation.SERIALIZABLE, Control.PESSIMISTIC)) {
///   var stock = tx.getForUpdate(Bytes.of("stock"));
///   tx.put(Bytes.of("stock"), oneLess(stock));
///   tx.put(Bytes.of("order/17"), Bytes.of("1 piece"));
///   tx.commit();
/// }
/// ```
public final class Transaction implements AutoCloseable {
  private final Scheme scheme;
  private final TreeMap<Bytes, Optional<Bytes>> writes = new TreeMap<>();

  /// What was deleted as a whole; `writes` has what was put there since.
  private final RangeSet deleted = new RangeSet();

  private @Nullable WriteBatch committed;
  private boolean over;

  Transaction(Scheme scheme) {
    this.scheme = scheme;
  }

  public @Nullable Bytes get(Bytes key) {
    return read(key, false);
  }

  /// As [#get], for a key that is going to be written depending on it: nobody else writes it from
  /// now on until this one ends. A pessimistic one locks it for that; the commit of an optimistic
  /// one conflicts otherwise, if it writes anything. An optimistic one with
  /// [Isolation#READ_COMMITTED] cannot promise that, so there it is an [IllegalStateException].
  public @Nullable Bytes getForUpdate(Bytes key) {
    return read(key, true);
  }

  private @Nullable Bytes read(Bytes key, boolean forUpdate) {
    check();
    var own = writes.get(key);
    if (own != null) {
      return own.orElse(null);
    }
    return deleted.covers(key) ? null : scheme.get(key, forUpdate);
  }

  public void put(Bytes key, Bytes value) {
    write(key, Optional.of(value));
  }

  /// Harmless if there is no such key.
  public void delete(Bytes key) {
    write(key, Optional.empty());
  }

  /// Deletes every key of `range` that is there when this commits, also one that somebody puts
  /// meanwhile and that was not seen here: who must know of those reads the range before. What is
  /// put into it here later stays. A pessimistic one locks the range.
  public void deleteRange(KeyRange range) {
    check();
    if (!range.isEmpty()) {
      scheme.beforeDelete(range);
      within(range).clear();
      deleted.add(range);
    }
  }

  private void write(Bytes key, Optional<Bytes> value) {
    check();
    if (!writes.containsKey(key)) {
      scheme.beforeWrite(key);
    }
    writes.put(key, value);
  }

  /// Reads a value and writes what `change` makes of it; null stands for no value. Returns the new
  /// value.
  public @Nullable Bytes update(Bytes key, UnaryOperator<@Nullable Bytes> change) {
    var before = read(key, scheme instanceof Pessimistic);
    var after = change.apply(before);
    if (after != null) {
      put(key, after);
    } else if (before != null) {
      delete(key);
    }
    return after;
  }

  /// The pairs of `range` in `order`, with what was written here so far. To be closed before the
  /// transaction ends. A serializable one takes the whole of `range` for read, however far the
  /// cursor goes.
  public Cursor scan(KeyRange range, Order order) {
    return scan(range, order, false);
  }

  /// As [#scan], for a range in which something is going to be written: what [#getForUpdate] is for
  /// a key. Nobody else writes any key that could be in it.
  public Cursor scanForUpdate(KeyRange range, Order order) {
    return scan(range, order, true);
  }

  private Cursor scan(KeyRange range, Order order, boolean forUpdate) {
    check();
    var below = scheme.scan(range, order, forUpdate);
    return new OverlayCursor(below, within(range), deleted.copy(), order);
  }

  private NavigableMap<Bytes, Optional<Bytes>> within(KeyRange range) {
    var to = range.to();
    if (range.isEmpty()) {
      return new TreeMap<>();
    }
    return to == null
        ? writes.tailMap(range.from(), true)
        : writes.subMap(range.from(), true, to, false);
  }

  /// Makes what was written visible and as durable as the store does, and ends the transaction. A
  /// [ConflictException] says that nothing was written and that it may be run again.
  public void commit() {
    check();
    try {
      if (!writes.isEmpty() || deleted.size() > 0) {
        committed = batch();
        scheme.commit(committed);
      }
    } finally {
      close();
    }
  }

  /// The number of its commit, which [Until#commit(long)] and [Snapshot#sequence()] speak of; 0 if
  /// it has none, as when it wrote nothing. After a commit that ended with a [StoppedException] it
  /// is that under which what was written is found after the next opening, if it is there.
  public long number() {
    return committed == null ? 0 : committed.mark();
  }

  private WriteBatch batch() {
    var batch = new WriteBatch();
    deleted.ranges().forEach(batch::deleteRange);
    writes.forEach((key, value) ->
        value.ifPresentOrElse(present -> batch.put(key, present), () -> batch.delete(key)));
    return batch;
  }

  /// What was written here.
  NavigableSet<Bytes> written() {
    return writes.navigableKeySet();
  }

  /// Ends it; what was written and not committed is gone. Harmless if it has ended.
  @Override
  public void close() {
    if (!over) {
      over = true;
      scheme.end();
    }
  }

  private void check() {
    if (over) {
      throw new IllegalStateException("the transaction has ended");
    }
  }
}
