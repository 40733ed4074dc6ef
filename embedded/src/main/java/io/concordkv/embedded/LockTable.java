package io.concordkv.embedded;

import io.concordkv.base.Bytes;
import io.concordkv.base.Check;
import io.concordkv.base.ConcordException;
import io.concordkv.base.ErrorCode;
import io.concordkv.embedded.LockOwner.Loss;
import io.concordkv.embedded.LockOwner.Wait;
import io.concordkv.storage.engine.KeyRange;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Who has locked what, and who waits for it. It knows no time and no thread: what it decides about
/// others than the one who asks is read from [#poll()].
///
/// A wish is granted when no other owner holds anything that excludes it, and nobody waits for such
/// a thing who asked before: so nobody is overtaken, and whoever waits gets it in the end. There is
/// one exception. Who already waits for the asker, be it through others, is passed by; to queue
/// behind it would be a deadlock, and it has to wait for the asker's end anyway. Without that a
/// reader could not go on to write what another one waits to write.
///
/// Whom a wish has to wait for is settled when it is asked. Later only those come before it who
/// pass it by, and for these it waited already, be it through others. So no wait is ever added but
/// by who asks: a circle can only close then, and only then the rule has to be looked at. Somebody
/// who holds nothing cannot close one, since nobody can be waiting for it.
final class LockTable {
  /// What happened to an owner that waited, or had to give way.
  sealed interface Event {
    LockOwner owner();

    record Granted(LockOwner owner) implements Event {}

    record Lost(LockOwner owner, Loss loss) implements Event {}
  }

  private static final class Point {
    private final ArrayList<LockOwner> owners = new ArrayList<>(1);
    private LockMode mode = LockMode.SHARED;
  }

  private final Deadlocks rule;
  private final int maxOfOne;
  private final int maxInAll;
  private final TreeMap<Bytes, Point> points = new TreeMap<>();
  private final List<LockOwner> withRanges = new ArrayList<>();
  private final List<Wait> waiting = new ArrayList<>();
  private final ArrayDeque<Event> events = new ArrayDeque<>();
  private final WaitGraph graph = new WaitGraph(this::blockers);
  private long total;

  /// @param maxOfOne how many locks a transaction may have
  /// @param maxInAll how many all transactions may have
  LockTable(Deadlocks rule, int maxOfOne, int maxInAll) {
    this.rule = rule;
    this.maxOfOne = maxOfOne;
    this.maxInAll = maxInAll;
  }

  /// Nobody has a lock or waits for one.
  boolean isEmpty() {
    return total == 0 && waiting.isEmpty();
  }

  /// What has happened since, in its order; null if nothing more has.
  @Nullable Event poll() {
    return events.poll();
  }

  /// Whether somebody who has no locks could write `key` now.
  boolean isFree(Bytes key) {
    for (var wait : waiting) {
      if (wait.wish.touches(key)) {
        return false;
      }
    }
    return !anyHolder(null, LockMode.EXCLUSIVE, key, _ -> true);
  }

  /// True if `owner` has now all of `wish`; else it waits, and an event tells the end of it, which
  /// may have come already. A [ConcordException] if there are too many locks.
  boolean ask(LockOwner owner, Wish wish) {
    Check.that(owner.wait == null, "an owner waits for one thing at a time");
    Check.that(owner.loss == null && !owner.committing, "only one that goes on asks for locks");
    if (owner.covers(wish)) {
      return true;
    }
    bound(owner, wish);
    var wait = new Wait(owner, wish);
    var passed = queue(wait);
    if (isFree(wait)) {
      hold(owner, wish);
      return true;
    }
    passed.forEach(other -> other.ahead.add(wait));
    waiting.add(wait);
    owner.wait = wait;
    if (owner.isTransaction() && owner.locks() > 0) {
      switch (rule) {
        case DETECT -> detect(wait);
        case WAIT_DIE -> waitOrDie(wait);
        case WOUND_WAIT -> woundOrWait(wait);
      }
    }
    return false;
  }

  /// It asks for nothing more and is soon released: it is waited for, whatever the rule.
  void commits(LockOwner owner) {
    Check.that(owner.wait == null && owner.loss == null, "what goes on can commit");
    owner.committing = true;
  }

  /// `owner` waits no longer. What it has it keeps.
  void cancel(LockOwner owner) {
    var wait = owner.wait;
    if (wait != null) {
      wait.over = true;
      owner.wait = null;
      waiting.remove(wait);
      advance();
    }
  }

  /// `owner` has ended: it has no locks any more and waits for none.
  void release(LockOwner owner) {
    if (drop(owner)) {
      advance();
    }
  }

  /// Whom `owner` waits for: those who have it first, then those who asked earlier.
  List<LockOwner> blockers(LockOwner owner) {
    var wait = owner.wait;
    var found = new ArrayList<LockOwner>();
    if (wait != null) {
      boolean _ =
          anyHolder(
              owner,
              wait.wish,
              other -> {
                if (!found.contains(other)) {
                  found.add(other);
                }
                return false;
              });
      for (var earlier : wait.ahead) {
        if (!earlier.over && !found.contains(earlier.owner)) {
          found.add(earlier.owner);
        }
      }
    }
    return found;
  }

  private void bound(LockOwner owner, Wish wish) {
    if (!owner.isTransaction()) {
      return;
    }
    if (owner.locks() >= maxOfOne) {
      throw new ConcordException(
          ErrorCode.TOO_MANY_OPERATIONS,
          owner + " has the " + maxOfOne + " locks that one may have, and wants one on " + wish);
    }
    if (total >= maxInAll) {
      throw new ConcordException(
          ErrorCode.TOO_MANY_OPERATIONS,
          "there are the "
              + maxInAll
              + " locks that there may be, and "
              + owner
              + " wants one on "
              + wish);
    }
  }

  /// Finds who is ahead of `wait`; returns whom it passes by.
  private List<Wait> queue(Wait wait) {
    var owner = wait.owner;
    var passed = new ArrayList<Wait>();
    for (var earlier : waiting) {
      if (earlier.wish.contends(wait.wish)) {
        boolean waitsForIt = owner.locks() > 0 && graph.reaches(earlier.owner, owner);
        (waitsForIt ? passed : wait.ahead).add(earlier);
      }
    }
    return passed;
  }

  private boolean isFree(Wait wait) {
    for (var earlier : wait.ahead) {
      if (!earlier.over) {
        return false;
      }
    }
    return !anyHolder(wait.owner, wait.wish, _ -> true);
  }

  /// Shows `visit` those but `owner` who hold what excludes `wish`, until it says true.
  private boolean anyHolder(LockOwner owner, Wish wish, Predicate<LockOwner> visit) {
    for (var key : wish.keys()) {
      if (anyHolder(owner, wish.mode(), key, visit)) {
        return true;
      }
    }
    var range = wish.range();
    if (range == null || range.isEmpty()) {
      return false;
    }
    for (var point : within(range)) {
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

  private boolean anyHolder(
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

  private Collection<Point> within(KeyRange range) {
    var to = range.to();
    return (to == null ? points.tailMap(range.from()) : points.subMap(range.from(), to)).values();
  }

  private void hold(LockOwner owner, Wish wish) {
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
    total += owner.locks() - before;
  }

  /// Whether there was something to take from it.
  private boolean drop(LockOwner owner) {
    var wait = owner.wait;
    if (wait != null) {
      wait.over = true;
      owner.wait = null;
      waiting.remove(wait);
    }
    int held = owner.locks();
    for (var key : owner.points.keySet()) {
      var point = Objects.requireNonNull(points.get(key), "what is held is in the table");
      boolean _ = point.owners.remove(owner);
      if (point.owners.isEmpty()) {
        points.remove(key);
      }
    }
    if (owner.holdsRanges()) {
      withRanges.remove(owner);
    }
    owner.clear();
    total -= held;
    return held > 0 || wait != null;
  }

  /// Grants what is free now, in the order in which it was asked.
  private void advance() {
    waiting.removeIf(wait -> {
      if (!isFree(wait)) {
        return false;
      }
      wait.over = true;
      wait.owner.wait = null;
      hold(wait.owner, wait.wish);
      events.add(new Event.Granted(wait.owner));
      return true;
    });
  }

  private void lose(LockOwner loser, LockOwner to, String why) {
    var loss = new Loss(to.number, why);
    boolean _ = drop(loser);
    loser.loss = loss;
    events.add(new Event.Lost(loser, loss));
    advance();
  }

  private void detect(Wait wait) {
    while (!wait.over) {
      var circle = graph.circle(wait.owner);
      if (circle == null) {
        return;
      }
      var loser = wait.owner;
      var winner = wait.owner;
      for (var member : circle) {
        if (member.isTransaction()) {
          loser = member.number > loser.number ? member : loser;
          winner = member.number < winner.number ? member : winner;
        }
      }
      Check.that(loser != winner, "one does not wait for oneself");
      lose(loser, winner, story(circle) + ": " + loser + " is the youngest and gives way");
    }
  }

  private static String story(List<LockOwner> circle) {
    var story = new StringBuilder("deadlock: ");
    for (int i = 0; i < circle.size(); i++) {
      var member = circle.get(i);
      var wait = Objects.requireNonNull(member.wait, "in a circle everybody waits");
      story.append(i == 0 ? "" : "; ").append(member).append(" waits for ").append(wait.wish);
      story.append(", that is for ").append(circle.get((i + 1) % circle.size()));
    }
    return story.toString();
  }

  private void waitOrDie(Wait wait) {
    var owner = wait.owner;
    for (var other : graph.crowd(owner)) {
      if (other.number < owner.number && !other.committing) {
        lose(owner, other, owner + " does not wait for " + wait.wish + ": " + other + " is older");
        return;
      }
    }
  }

  /// One after the other, since who waits only behind one that gave way need not give way itself.
  private void woundOrWait(Wait wait) {
    var owner = wait.owner;
    LockOwner inTheWay = null;
    do {
      if (inTheWay != null) {
        lose(inTheWay, owner, inTheWay + " gives way: the older " + owner + " wants " + wait.wish);
      }
      inTheWay =
          graph.crowd(owner).stream()
              .filter(other -> other.number > owner.number && !other.committing)
              .findFirst()
              .orElse(null);
    } while (inTheWay != null);
  }
}
