package io.concordkv.embedded;

import io.concordkv.base.Bytes;
import io.concordkv.base.Check;
import io.concordkv.storage.engine.Cursor;
import io.concordkv.storage.engine.Order;
import java.util.ArrayDeque;
import java.util.NavigableMap;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A walk over stored pairs with the changes of a transaction laid over them: an empty value hides
/// the pair below, and so does a range that it has deleted.
final class OverlayCursor implements Cursor {
  private final Cursor below;
  private final Order order;
  private final ArrayDeque<Own> own = new ArrayDeque<>();
  private final RangeSet deleted;
  private boolean started;
  private boolean belowStands;

  /// Where it stands: on its own change, or, if that is null, on the pair below.
  private @Nullable Own current;

  private boolean stands;

  private record Own(Bytes key, Optional<Bytes> value) {}

  /// @param changes those in the range of `below`; later ones are not seen
  /// @param deleted what is hidden below; it does not change any more
  OverlayCursor(
      Cursor below, NavigableMap<Bytes, Optional<Bytes>> changes, RangeSet deleted, Order order) {
    this.below = below;
    this.deleted = deleted;
    this.order = order;
    var ordered = order == Order.ASCENDING ? changes : changes.descendingMap();
    ordered.forEach((key, value) -> own.add(new Own(key, value)));
  }

  @Override
  public boolean next() {
    if (!started) {
      started = true;
      belowStands = passDeleted(below.next());
    } else if (stands) {
      step();
    }
    return settle();
  }

  @Override
  public boolean seek(Bytes key) {
    if (started && !stands) {
      return false;
    }
    if (stands) {
      int ahead = compare(key, key());
      Check.that(ahead >= 0, "a cursor never goes back");
      if (ahead == 0) {
        return true;
      }
    }
    if (!started || (belowStands && compare(below.key(), key) < 0)) {
      belowStands = passDeleted(below.seek(key));
    }
    started = true;
    while (!own.isEmpty() && compare(own.element().key, key) < 0) {
      own.remove();
    }
    return settle();
  }

  /// Leaves the place where it stands.
  private void step() {
    var left = current;
    boolean both = left != null && belowStands && below.key().equals(left.key);
    if (left != null) {
      own.remove();
    }
    if (left == null || both) {
      belowStands = passDeleted(below.next());
    }
  }

  /// Takes the pair below, if it stands on one, past what is deleted.
  private boolean passDeleted(boolean found) {
    boolean there = found;
    for (var range = there ? deleted.at(below.key()) : null;
        range != null;
        range = there ? deleted.at(below.key()) : null) {
      var end = order == Order.ASCENDING ? range.to() : range.from();
      there = end != null && below.seek(end);
      if (there && range.contains(below.key())) {
        there = below.next();
      }
    }
    return there;
  }

  /// Finds the pair that comes first, past those that are deleted.
  private boolean settle() {
    while (true) {
      var first = own.peek();
      stands = belowStands || first != null;
      boolean isOwn = first != null && (!belowStands || compare(first.key, below.key()) <= 0);
      current = isOwn ? first : null;
      if (!stands || !isOwn || first.value.isPresent()) {
        return stands;
      }
      step();
    }
  }

  @Override
  public Bytes key() {
    var mine = current;
    return mine == null ? below.key() : mine.key;
  }

  @Override
  public Bytes value() {
    var mine = current;
    return mine == null ? below.value() : mine.value.orElseThrow();
  }

  @Override
  public void close() {
    below.close();
  }

  private int compare(Bytes left, Bytes right) {
    return order == Order.ASCENDING ? left.compareTo(right) : right.compareTo(left);
  }
}
