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
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// Reads and writes that count together or not at all. Nothing is locked: what it writes is kept
/// here until [#commit()], which fails with a [ConflictException] if another transaction was in the
/// way ("optimistic", Kung and Robinson, TODS 1981); [Isolation] says when. Used by one thread.
public final class Transaction implements AutoCloseable {
  private final ConcordDb db;
  private final Isolation isolation;
  private final @Nullable Published began;
  private final TreeMap<Bytes, Optional<Bytes>> writes = new TreeMap<>();
  private final TreeSet<Bytes> readKeys = new TreeSet<>();
  private final List<KeyRange> readRanges = new ArrayList<>();
  private boolean over;

  /// @param began null if each read is to see the newest
  Transaction(ConcordDb db, Isolation isolation, @Nullable Published began) {
    this.db = db;
    this.isolation = isolation;
    this.began = began;
  }

  public @Nullable Bytes get(Bytes key) {
    check();
    var own = writes.get(key);
    if (own != null) {
      return own.orElse(null);
    }
    var moment = began;
    if (moment == null) {
      return db.get(key);
    }
    if (isolation == Isolation.SERIALIZABLE && readKeys.add(key)) {
      bound();
    }
    return moment.view.get(key);
  }

  public void put(Bytes key, Bytes value) {
    check();
    writes.put(key, Optional.of(value));
  }

  /// Harmless if there is no such key.
  public void delete(Bytes key) {
    check();
    writes.put(key, Optional.empty());
  }

  /// Reads a value and writes what `change` makes of it; null stands for no value. Returns the new
  /// value.
  public @Nullable Bytes update(Bytes key, UnaryOperator<@Nullable Bytes> change) {
    var before = get(key);
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
    check();
    var moment = began;
    if (moment != null && isolation == Isolation.SERIALIZABLE) {
      readRanges.add(range);
      bound();
    }
    var below = moment == null ? db.scan(range, order) : moment.view.scan(range, order);
    return new OverlayCursor(below, within(range), order);
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
      if (!writes.isEmpty()) {
        db.commit(batch(), claims());
      }
    } finally {
      close();
    }
  }

  private WriteBatch batch() {
    var batch = new WriteBatch();
    writes.forEach((key, value) ->
        value.ifPresentOrElse(present -> batch.put(key, present), () -> batch.delete(key)));
    return batch;
  }

  private Claims claims() {
    var moment = began;
    if (moment == null) {
      return Claims.NONE;
    }
    return switch (isolation) {
      case READ_COMMITTED -> Claims.NONE;
      case SNAPSHOT -> new Claims(moment.sequence, List.copyOf(writes.keySet()), List.of());
      case SERIALIZABLE ->
          new Claims(moment.sequence, List.copyOf(readKeys), List.copyOf(readRanges));
    };
  }

  /// Ends it; what was written and not committed is gone. Harmless if it has ended.
  @Override
  public void close() {
    if (!over) {
      over = true;
      var moment = began;
      if (moment != null) {
        moment.release();
        db.ended();
      }
    }
  }

  private void bound() {
    if (readKeys.size() + readRanges.size() > db.maxReads()) {
      throw new ConcordException(
          ErrorCode.TOO_MANY_OPERATIONS,
          "a serializable transaction reads at most " + db.maxReads() + " keys and ranges");
    }
  }

  private void check() {
    if (over) {
      throw new IllegalStateException("the transaction has ended");
    }
  }
}
