package io.concordkv.storage.engine.skiplist;

import io.concordkv.base.Bytes;
import io.concordkv.base.Check;
import io.concordkv.storage.engine.Cursor;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.Order;
import io.concordkv.storage.engine.View;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A scan of the values that a [Walk] passes.
final class ListCursor implements Cursor {
  private final Walk walk;
  private final KeyRange range;
  private final boolean ascending;
  private final @Nullable View owned;
  private boolean started;
  private boolean ended;

  /// `owned` is closed with the cursor.
  ListCursor(Walk walk, KeyRange range, Order order, @Nullable View owned) {
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
    if (started) {
      step();
    } else if (ascending) {
      walk.toCeiling(range.from());
    } else {
      walk.toLower(range.to());
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
    return Objects.requireNonNull(walk.value());
  }

  @Override
  public void close() {
    if (owned != null) {
      owned.close();
    }
  }

  private boolean settle() {
    started = true;
    while (walk.valid() && walk.value() == null) {
      step();
    }
    ended = !walk.valid() || !inRange(walk.key());
    return !ended;
  }

  private void step() {
    if (ascending) {
      walk.next();
    } else {
      walk.previous();
    }
  }

  private boolean inRange(Bytes key) {
    var to = range.to();
    return ascending ? to == null || key.compareTo(to) < 0 : key.compareTo(range.from()) >= 0;
  }
}
