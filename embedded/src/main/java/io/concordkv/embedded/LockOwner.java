package io.concordkv.embedded;

import io.concordkv.base.Bytes;
import io.concordkv.storage.engine.WriteBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Who has locks and asks for them: a transaction, or a single write that had to wait. Its state is
/// that of the [LockTable] it is in.
final class LockOwner {
  /// Of a transaction: a lower one is older. A write has a negative one.
  final long number;

  final TreeMap<Bytes, LockMode> points = new TreeMap<>();
  final RangeSet shared = new RangeSet();
  final RangeSet exclusive = new RangeSet();
  @Nullable Wait wait;
  @Nullable Loss loss;

  /// It asks for nothing more and is about to end.
  boolean committing;

  /// Notes of the [WaitGraph]: in which search it came here, and from whom.
  long seen;

  @Nullable LockOwner via;

  /// An owner waits for one wish at a time.
  static final class Wait {
    final LockOwner owner;
    final Wish wish;

    /// Those who ask later have a higher one.
    final long ticket;

    /// Those who asked earlier and come later nevertheless.
    final List<Wait> passed = new ArrayList<>(0);

    boolean over;

    Wait(LockOwner owner, Wish wish, long ticket) {
      this.owner = owner;
      this.wish = wish;
      this.ticket = ticket;
    }

    /// Whether it has its turn first, where both want the same.
    boolean isBefore(Wait other) {
      return ticket < other.ticket ? !other.passed.contains(this) : passed.contains(other);
    }
  }

  /// It had to give way, and has no locks any more.
  ///
  /// @param to the number of the older transaction that it gave way to
  record Loss(long to, String why) {}

  LockOwner(long number) {
    this.number = number;
  }

  boolean isTransaction() {
    return number >= 0;
  }

  /// How many locks it has.
  int locks() {
    return points.size() + shared.size() + exclusive.size();
  }

  boolean holdsRanges() {
    return shared.size() + exclusive.size() > 0;
  }

  void clear() {
    points.clear();
    shared.clear();
    exclusive.clear();
  }

  /// Whether it has something that keeps others from having `wish`.
  boolean excludes(Wish wish) {
    for (var key : wish.keys()) {
      var held = points.get(key);
      if ((held != null && held.excludes(wish.mode()))
          || exclusive.covers(key)
          || (wish.mode() == LockMode.EXCLUSIVE && shared.covers(key))) {
        return true;
      }
    }
    var range = wish.range();
    return range != null
        && !range.isEmpty()
        && (exclusive.meets(range)
            || (wish.mode() == LockMode.EXCLUSIVE && shared.meets(range))
            || Wish.within(points, range).values().stream().anyMatch(wish.mode()::excludes));
  }

  /// Whether it has all of `wish` already.
  boolean covers(Wish wish) {
    for (var key : wish.keys()) {
      if (!covers(wish.mode(), key)) {
        return false;
      }
    }
    var range = wish.range();
    return range == null
        || exclusive.covers(range)
        || (wish.mode() == LockMode.SHARED && shared.covers(range));
  }

  boolean mayWrite(WriteBatch batch) {
    for (var change : batch.changes()) {
      boolean locked =
          switch (change) {
            case WriteBatch.Change.Single single -> covers(LockMode.EXCLUSIVE, single.key());
            case WriteBatch.Change.DeleteRange(var range) -> exclusive.covers(range);
          };
      if (!locked) {
        return false;
      }
    }
    return true;
  }

  private boolean covers(LockMode mode, Bytes key) {
    var held = points.get(key);
    return held == LockMode.EXCLUSIVE
        || exclusive.covers(key)
        || (mode == LockMode.SHARED && (held != null || shared.covers(key)));
  }

  @Override
  public String toString() {
    return isTransaction() ? "transaction " + number : "a write";
  }
}
