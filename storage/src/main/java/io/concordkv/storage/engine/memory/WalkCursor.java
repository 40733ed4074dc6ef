package io.concordkv.storage.engine.memory;

import io.concordkv.base.Bytes;
import io.concordkv.base.Check;
import io.concordkv.storage.engine.Cursor;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.Order;
import io.concordkv.storage.engine.View;
import org.jspecify.annotations.Nullable;

/// A walk within a range, in one order.
public final class WalkCursor implements Cursor {
  private final Walk walk;
  private final KeyRange range;
  private final boolean ascending;
  private final @Nullable View owned;
  private boolean started;
  private boolean ended;

  /// `owned` is closed with the cursor.
  public WalkCursor(Walk walk, KeyRange range, Order order, @Nullable View owned) {
    this.walk = walk;
    this.range = range;
    this.ascending = order == Order.ASCENDING;
    this.owned = owned;
    this.ended = range.isEmpty();
  }

  @Override
  public boolean next() {
    if (ended) {
      return false;
    }
    if (!started) {
      if (ascending) {
        walk.toCeiling(range.from());
      } else {
        walk.toLower(range.to());
      }
    } else if (ascending) {
      walk.next();
    } else {
      walk.previous();
    }
    return settle();
  }

  @Override
  public boolean seek(Bytes key) {
    if (ended) {
      return false;
    }
    int ahead = started ? key.compareTo(walk.key()) : 0;
    Check.that(!started || (ascending ? ahead >= 0 : ahead <= 0), "a cursor never goes back");
    if (started && ahead == 0) {
      return true;
    }
    if (ascending) {
      walk.toCeiling(key.compareTo(range.from()) < 0 ? range.from() : key);
    } else {
      var to = range.to();
      walk.toLower(to != null && key.compareTo(to) >= 0 ? to : key.successor());
    }
    return settle();
  }

  @Override
  public Bytes key() {
    return walk.key();
  }

  @Override
  public Bytes value() {
    return walk.value();
  }

  @Override
  public void close() {
    ended = true;
    if (owned != null) {
      owned.close();
    }
  }

  private boolean settle() {
    started = true;
    ended = !walk.valid() || !inRange();
    return !ended;
  }

  private boolean inRange() {
    var to = range.to();
    return ascending
        ? to == null || walk.key().compareTo(to) < 0
        : range.from().isEmpty() || walk.key().compareTo(range.from()) >= 0;
  }
}
