package io.concordkv.embedded;

import io.concordkv.base.Bytes;
import io.concordkv.base.Check;
import io.concordkv.embedded.LockOwner.Wait;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// What is locked and what is waited for, by key. Ranges are few and looked at one by one, those of
/// an owner as one [RangeSet].
final class LockIndex {
  private static final class Point {
    private final List<LockOwner> owners = new ArrayList<>(1);
    private LockMode mode = LockMode.SHARED;

    /// Those who want this very key, in the order in which they asked.
    private final List<Wait> queue = new ArrayList<>(0);
  }

  private final TreeMap<Bytes, Point> points = new TreeMap<>();

  /// Owners that hold ranges.
  private final List<LockOwner> withRanges = new ArrayList<>();

  private final List<Wait> forRanges = new ArrayList<>();
  private long locks;

  /// How many all owners have.
  long locks() {
    return locks;
  }

  /// Shows `visit` those but `owner` who hold what excludes `wish`, until it says true.
  boolean anyHolder(@Nullable LockOwner owner, Wish wish, Predicate<LockOwner> visit) {
    for (var key : wish.keys()) {
      if (anyHolder(owner, wish.mode(), key, visit)) {
        return true;
      }
    }
    var range = wish.range();
    if (range == null || range.isEmpty()) {
      return false;
    }
    for (var point : Wish.within(points, range).values()) {
      if (anyOther(point, owner, wish.mode(), visit)) {
        return true;
      }
    }
    for (var other : withRanges) {
      boolean excludes =
          other.exclusive.meets(range)
              || (wish.mode() == LockMode.EXCLUSIVE && other.shared.meets(range));
      if (excludes && other != owner && visit.test(other)) {
        return true;
      }
    }
    return false;
  }

  boolean anyHolder(
      @Nullable LockOwner owner, LockMode mode, Bytes key, Predicate<LockOwner> visit) {
    var point = points.get(key);
    if (point != null && anyOther(point, owner, mode, visit)) {
      return true;
    }
    for (var other : withRanges) {
      boolean excludes =
          other.exclusive.covers(key) || (mode == LockMode.EXCLUSIVE && other.shared.covers(key));
      if (excludes && other != owner && visit.test(other)) {
        return true;
      }
    }
    return false;
  }

  private static boolean anyOther(
      Point point, @Nullable LockOwner owner, LockMode mode, Predicate<LockOwner> visit) {
    if (mode.excludes(point.mode)) {
      for (var other : point.owners) {
        if (other != owner && visit.test(other)) {
          return true;
        }
      }
    }
    return false;
  }

  /// Shows `visit` those who wait for what excludes `wish`, until it says true.
  boolean anyRival(Wish wish, Predicate<Wait> visit) {
    for (var key : wish.keys()) {
      if (anyRival(wish.mode(), key, visit)) {
        return true;
      }
    }
    var range = wish.range();
    if (range == null || range.isEmpty()) {
      return false;
    }
    for (var point : Wish.within(points, range).values()) {
      if (anyIn(point.queue, wish.mode(), visit)) {
        return true;
      }
    }
    for (var other : forRanges) {
      if (other.wish.contends(wish) && visit.test(other)) {
        return true;
      }
    }
    return false;
  }

  boolean anyRival(LockMode mode, Bytes key, Predicate<Wait> visit) {
    var point = points.get(key);
    if (point != null && anyIn(point.queue, mode, visit)) {
      return true;
    }
    for (var other : forRanges) {
      if (mode.excludes(other.wish.mode()) && other.wish.touches(key) && visit.test(other)) {
        return true;
      }
    }
    return false;
  }

  private static boolean anyIn(List<Wait> queue, LockMode mode, Predicate<Wait> visit) {
    for (var other : queue) {
      if (mode.excludes(other.wish.mode()) && visit.test(other)) {
        return true;
      }
    }
    return false;
  }

  void hold(LockOwner owner, Wish wish) {
    int before = owner.locks();
    boolean hadRanges = owner.holdsRanges();
    for (var key : wish.keys()) {
      var point = points.computeIfAbsent(key, _ -> new Point());
      if (owner.points.get(key) == null) {
        point.owners.add(owner);
      }
      if (wish.mode() == LockMode.EXCLUSIVE || owner.points.get(key) == null) {
        owner.points.put(key, wish.mode());
        point.mode = wish.mode();
      }
      Check.that(
          point.mode == LockMode.SHARED || point.owners.size() == 1, "an exclusive lock has one");
    }
    var range = wish.range();
    if (range != null) {
      (wish.mode() == LockMode.SHARED ? owner.shared : owner.exclusive).add(range);
      if (!hadRanges && owner.holdsRanges()) {
        withRanges.add(owner);
      }
    }
    locks += owner.locks() - before;
  }

  /// Takes all that it holds from `owner`; adds to `next` who may have it next.
  void letGo(LockOwner owner, SortedMap<Long, Wait> next) {
    locks -= owner.locks();
    for (var key : owner.points.keySet()) {
      var point = Objects.requireNonNull(points.get(key), "what is held is in the table");
      point.owners.remove(owner);
      addNext(point, next);
      removeIfUnused(key, point);
    }
    for (var ranges : List.of(owner.shared, owner.exclusive)) {
      for (var range : ranges.ranges()) {
        Wish.within(points, range).values().forEach(point -> addNext(point, next));
      }
    }
    if (owner.holdsRanges()) {
      withRanges.remove(owner);
    }
    owner.clear();
    forRanges.forEach(wait -> next.put(wait.ticket, wait));
  }

  void add(Wait wait) {
    for (var key : wait.wish.keys()) {
      points.computeIfAbsent(key, _ -> new Point()).queue.add(wait);
    }
    if (wait.wish.range() != null) {
      forRanges.add(wait);
    }
  }

  void remove(Wait wait) {
    for (var key : wait.wish.keys()) {
      var point = Objects.requireNonNull(points.get(key), "who waits is in the table");
      point.queue.remove(wait);
      removeIfUnused(key, point);
    }
    forRanges.remove(wait);
  }

  /// Adds to `next` who may have its turn now that somebody does not want `wish` any more.
  void addNext(Wish wish, SortedMap<Long, Wait> next) {
    for (var key : wish.keys()) {
      var point = points.get(key);
      if (point != null) {
        addNext(point, next);
      }
    }
    var range = wish.range();
    if (range != null && !range.isEmpty()) {
      Wish.within(points, range).values().forEach(point -> addNext(point, next));
    }
    forRanges.forEach(wait -> next.put(wait.ticket, wait));
  }

  /// Nobody behind the first who wants it alone can get it, but for those who have passed by
  /// others.
  private static void addNext(Point point, SortedMap<Long, Wait> next) {
    for (var wait : point.queue) {
      next.put(wait.ticket, wait);
      if (wait.wish.mode() == LockMode.EXCLUSIVE) {
        return;
      }
    }
  }

  private void removeIfUnused(Bytes key, Point point) {
    if (point.owners.isEmpty() && point.queue.isEmpty()) {
      points.remove(key);
    }
  }
}
