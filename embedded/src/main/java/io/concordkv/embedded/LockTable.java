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
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
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

  private final Deadlocks rule;
  private final int maxOfOne;
  private final int maxInAll;
  private final LockIndex index = new LockIndex();

  /// By ticket: in the order in which they asked.
  private final TreeMap<Long, Wait> waiting = new TreeMap<>();

  /// Those who have passed by others.
  private final List<Wait> passers = new ArrayList<>();

  private final ArrayDeque<Event> events = new ArrayDeque<>();
  private final WaitGraph graph = new WaitGraph(waiting.values(), this::blockers);
  private long tickets;

  /// @param maxOfOne how many locks a transaction may have
  /// @param maxInAll how many all transactions may have
  LockTable(Deadlocks rule, int maxOfOne, int maxInAll) {
    this.rule = rule;
    this.maxOfOne = maxOfOne;
    this.maxInAll = maxInAll;
  }

  /// Nobody has a lock or waits for one.
  boolean isEmpty() {
    return index.locks() == 0 && waiting.isEmpty();
  }

  /// What has happened since, in its order; null if nothing more has.
  @Nullable Event poll() {
    return events.poll();
  }

  /// Whether somebody who has no locks could write `key` now.
  boolean isFree(Bytes key) {
    return !index.anyHolder(null, LockMode.EXCLUSIVE, key, _ -> true)
        && !index.anyRival(LockMode.EXCLUSIVE, key, _ -> true);
  }

  /// As [#isFree(Bytes)], for all keys of `range`.
  boolean isFree(KeyRange range) {
    var wish = Wish.range(LockMode.EXCLUSIVE, range);
    return !index.anyHolder(null, wish, _ -> true) && !index.anyRival(wish, _ -> true);
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
    var wait = new Wait(owner, wish, ++tickets);
    passBy(wait);
    if (isFree(wait)) {
      index.hold(owner, wish);
      return true;
    }
    enqueue(wait);
    if (owner.isTransaction() && owner.locks() > 0) {
      switch (rule) {
        case DETECT -> detect(owner);
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
    var next = new TreeMap<Long, Wait>();
    var wait = owner.wait;
    if (wait != null) {
      dequeue(wait);
      index.addNext(wait.wish, next);
      grant(next);
    }
  }

  /// `owner` has ended: it has no locks any more and waits for none.
  void release(LockOwner owner) {
    grant(drop(owner));
  }

  /// Whom `owner` waits for: those who have it first, then those whose turn comes earlier. Somebody
  /// can be in it twice.
  List<LockOwner> blockers(LockOwner owner) {
    var found = new ArrayList<LockOwner>();
    var wait = owner.wait;
    if (wait != null) {
      boolean _ =
          index.anyHolder(
              owner,
              wait.wish,
              other -> {
                found.add(other);
                return false;
              });
      boolean _ =
          index.anyRival(
              wait.wish,
              other -> {
                if (other.isBefore(wait)) {
                  found.add(other.owner);
                }
                return false;
              });
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
    if (index.locks() >= maxInAll) {
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

  /// Who waits for the asker already comes after it.
  private void passBy(Wait wait) {
    var owner = wait.owner;
    if (owner.locks() == 0 || !index.anyRival(wait.wish, _ -> true)) {
      return;
    }
    graph.findWaitersFor(owner);
    boolean _ =
        index.anyRival(
            wait.wish,
            earlier -> {
              if (graph.isFound(earlier.owner) && !wait.passed.contains(earlier)) {
                wait.passed.add(earlier);
              }
              return false;
            });
  }

  private void enqueue(Wait wait) {
    wait.owner.wait = wait;
    waiting.put(wait.ticket, wait);
    index.add(wait);
    if (!wait.passed.isEmpty()) {
      passers.add(wait);
    }
  }

  private void dequeue(Wait wait) {
    wait.over = true;
    wait.owner.wait = null;
    waiting.remove(wait.ticket);
    index.remove(wait);
    passers.remove(wait);
  }

  private boolean isFree(Wait wait) {
    return !index.anyHolder(wait.owner, wait.wish, _ -> true)
        && !index.anyRival(wait.wish, other -> other != wait && other.isBefore(wait));
  }

  /// Takes all from `owner`; returns who may have it next.
  private SortedMap<Long, Wait> drop(LockOwner owner) {
    var next = new TreeMap<Long, Wait>();
    var wait = owner.wait;
    if (wait != null) {
      dequeue(wait);
      index.addNext(wait.wish, next);
    }
    index.letGo(owner, next);
    return next;
  }

  /// Grants what is free now to those in `next` and to those who have passed by others, in the
  /// order in which it was asked.
  private void grant(SortedMap<Long, Wait> next) {
    passers.forEach(wait -> next.put(wait.ticket, wait));
    for (var wait : next.values()) {
      if (!wait.over && isFree(wait)) {
        dequeue(wait);
        index.hold(wait.owner, wait.wish);
        events.add(new Event.Granted(wait.owner));
      }
    }
  }

  private void lose(LockOwner loser, LockOwner to, String why) {
    var loss = new Loss(to.number, why);
    var next = drop(loser);
    loser.loss = loss;
    events.add(new Event.Lost(loser, loss));
    grant(next);
  }

  private void detect(LockOwner owner) {
    for (var circle = circle(owner); circle != null; circle = circle(owner)) {
      var loser = owner;
      var winner = owner;
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

  /// A circle of waits that begins with `owner`: each waits for the next, and the last for `owner`.
  /// Null if there is none, or `owner` does not wait.
  private @Nullable List<LockOwner> circle(LockOwner owner) {
    graph.findWaitersFor(owner);
    for (var blocker : blockers(owner)) {
      if (graph.isFound(blocker)) {
        var circle = new ArrayList<LockOwner>();
        circle.add(owner);
        circle.add(blocker);
        circle.addAll(graph.path(blocker));
        return circle;
      }
    }
    return null;
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
    var older = graph.inCrowd(owner, other -> other.number < owner.number && !other.committing);
    if (older != null) {
      lose(owner, older, owner + " does not wait for " + wait.wish + ": " + older + " is older");
    }
  }

  /// One after the other, since who waits only behind one that gave way need not give way itself.
  private void woundOrWait(Wait wait) {
    var owner = wait.owner;
    for (var younger = younger(owner); younger != null; younger = younger(owner)) {
      lose(younger, owner, younger + " gives way: the older " + owner + " wants " + wait.wish);
    }
  }

  private @Nullable LockOwner younger(LockOwner owner) {
    return graph.inCrowd(owner, other -> other.number > owner.number && !other.committing);
  }
}
