package io.concordkv.sim.check;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The search for an order of the calls to one key that explains all their outcomes.
///
/// The algorithm of Wing and Gong (J. Parallel Distrib. Comput. 1993) in Lowe's form (Concurrency
/// and Computation 2017): calls and returns stand in one linked list in the order of time; a call
/// before the first return may come next, and taking it lifts it and its return out of the list. A
/// return in front means that a call taken earlier was taken wrongly. What was already tried is
/// remembered as the set of calls taken together with the value they led to.
///
/// An unknown call has no return: the search never has to take it, and ends once only such are
/// left.
///
/// Three rules cut branches that cannot lead anywhere else (the last two only where
/// [Relevance#exact()]). A call that sees what is there and changes nothing is taken at once, with
/// no way back to this choice. An unknown write is taken only if the next call sees its value. And
/// before a write that does not look at what it replaces, every unseen write that may come now
/// comes now, in the order of the list: it is overwritten at once and in nobody's way.
final class OrderSearch {
  enum End {
    FOUND,
    NONE,
    GAVE_UP
  }

  /// A call, or (with `call` null) the return of `match`.
  private static final class Link {
    final @Nullable Call call;
    final boolean unseen;
    final int number;
    final long time;
    @Nullable Link match;
    @Nullable Link before;
    @Nullable Link after;

    Link(@Nullable Call call, boolean unseen, int number, long time) {
      this.call = call;
      this.unseen = unseen;
      this.number = number;
      this.time = time;
    }

    void lift() {
      if (before != null) {
        before.after = after;
      }
      if (after != null) {
        after.before = before;
      }
    }

    void putBack() {
      if (before != null) {
        before.after = this;
      }
      if (after != null) {
        after.before = this;
      }
    }
  }

  private record Taken(Link link, long valueBefore, boolean owedBefore, boolean forced) {}

  private record Tried(BitSet taken, long value) {}

  private static final long UNSEEN = -1;

  private final Link head = new Link(null, false, -1, Long.MIN_VALUE);
  private final ArrayDeque<Taken> path = new ArrayDeque<>();
  private final Set<Tried> tried = new HashSet<>();
  private final BitSet taken;
  private final Relevance relevance;
  private final long maxSteps;
  private long value = Call.ABSENT;

  /// The last call taken was an unknown write: the next one has to see it.
  private boolean owed;

  private int answeredLeft;

  OrderSearch(List<Call> calls, Relevance relevance, long maxSteps) {
    this.relevance = relevance;
    this.maxSteps = maxSteps;
    taken = new BitSet(calls.size());
    link(calls);
  }

  private void link(List<Call> calls) {
    var links = new ArrayList<Link>();
    for (int i = 0; i < calls.size(); i++) {
      var call = calls.get(i);
      var start =
          new Link(call, !call.unknown() && relevance.unseen(call.action()), i, call.invoked());
      links.add(start);
      if (!call.unknown()) {
        var end = new Link(null, false, i, call.returned());
        start.match = end;
        links.add(end);
        answeredLeft++;
      }
    }
    // At the same moment calls stand before returns: such calls overlap.
    links.sort(
        Comparator.<Link>comparingLong(link -> link.time)
            .thenComparingInt(link -> link.call == null ? 1 : 0));
    var last = head;
    for (var link : links) {
      last.after = link;
      link.before = last;
      last = link;
    }
  }

  End run() {
    var link = head.after;
    for (long step = 0; answeredLeft > 0; step++) {
      if (step == maxSteps) {
        return End.GAVE_UP;
      }
      if (link == null || link.call == null) {
        var wrong = undoChoice();
        if (wrong == null) {
          return End.NONE;
        }
        link = wrong.after;
      } else if (mayTake(link, link.call) && take(link, link.call)) {
        link = head.after;
      } else {
        link = link.after;
      }
    }
    return End.FOUND;
  }

  private boolean mayTake(Link link, Call call) {
    if (!call.outcome().fits(call.action(), value)) {
      return false;
    }
    boolean sees = looks(call);
    if (call.unknown()) {
      return call.action().after(value) != value && (!owed || sees);
    }
    if (owed && !sees) {
      return false;
    }
    return sees || !anotherUnseenBefore(link);
  }

  /// Whether the call fits no value but this one.
  private static boolean looks(Call call) {
    return call.action() instanceof Action.CompareAndPut || call.outcome() instanceof Outcome.Saw;
  }

  private boolean anotherUnseenBefore(Link link) {
    for (var other = head.after; other != null && other.call != null; other = other.after) {
      if (other == link && link.unseen) {
        return false;
      }
      if (other != link && other.unseen && !looks(other.call)) {
        return true;
      }
    }
    return false;
  }

  private boolean take(Link link, Call call) {
    long valueAfter = call.action().after(value);
    boolean forced = valueAfter == value && !call.unknown() && looks(call);
    if (link.unseen && valueAfter != value) {
      valueAfter = UNSEEN; // one is as good as another
    }
    taken.set(link.number);
    if (!tried.add(new Tried((BitSet) taken.clone(), valueAfter))) {
      taken.clear(link.number);
      return false;
    }
    path.push(new Taken(link, value, owed, forced));
    owed = call.unknown() && relevance.exact();
    value = valueAfter;
    link.lift();
    if (link.match != null) {
      link.match.lift();
      answeredLeft--;
    }
    return true;
  }

  /// Takes back up to and with the last call that was a choice; null if there was none.
  private @Nullable Link undoChoice() {
    while (!path.isEmpty()) {
      var last = path.pop();
      var link = last.link;
      if (link.match != null) {
        link.match.putBack();
        answeredLeft++;
      }
      link.putBack();
      taken.clear(link.number);
      value = last.valueBefore;
      owed = last.owedBefore;
      if (!last.forced) {
        return link;
      }
    }
    return null;
  }
}
