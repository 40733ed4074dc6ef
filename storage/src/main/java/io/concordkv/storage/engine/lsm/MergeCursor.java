package io.concordkv.storage.engine.lsm;

import io.concordkv.base.Bytes;
import io.concordkv.base.Check;
import io.concordkv.storage.engine.Cursor;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.Order;
import io.concordkv.storage.engine.View;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A scan of the values in a [Merge] within a range. A value is read when it is asked for, so a
/// walk over keys alone does not read those that lie in other files.
public final class MergeCursor implements Cursor {
  private final Merge merge;
  private final KeyRange range;
  private final boolean ascending;
  private final @Nullable View owned;
  private boolean started;
  private boolean ended;
  private @Nullable Bytes value;

  /// `owned` is closed with the cursor.
  public MergeCursor(Merge merge, KeyRange range, Order order, @Nullable View owned) {
    this.merge = merge;
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
      merge.step();
    } else {
      start(range.from(), range.to());
    }
    return settle();
  }

  @Override
  public boolean seek(Bytes key) {
    if (ended) {
      return false;
    }
    if (!started) {
      var to = range.to();
      boolean late = to != null && key.compareTo(to) >= 0;
      start(key.compareTo(range.from()) < 0 ? range.from() : key, late ? to : key.successor());
      return settle();
    }
    int ahead = key.compareTo(merge.key());
    Check.that(ascending ? ahead >= 0 : ahead <= 0, "a cursor never goes back");
    merge.advance(key);
    return settle();
  }

  @Override
  public Bytes key() {
    return merge.key();
  }

  @Override
  public Bytes value() {
    var known = value;
    if (known == null) {
      known = Objects.requireNonNull(merge.value(), "a cursor stands on no deleted key");
      value = known;
    }
    return known;
  }

  @Override
  public void close() {
    ended = true;
    if (owned != null) {
      owned.close();
    }
  }

  private void start(Bytes from, @Nullable Bytes to) {
    started = true;
    if (ascending) {
      merge.toCeiling(from);
    } else {
      merge.toLower(to);
    }
  }

  private boolean settle() {
    value = null;
    for (; merge.valid() && inRange(merge.key()); merge.step()) {
      if (!merge.deletes()) {
        return true;
      }
    }
    ended = true;
    return false;
  }

  private boolean inRange(Bytes key) {
    var to = range.to();
    return ascending ? to == null || key.compareTo(to) < 0 : key.compareTo(range.from()) >= 0;
  }
}
