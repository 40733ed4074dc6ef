package io.concordkv.embedded;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Who waits for whom. It is walked when somebody begins to wait, breadth first and in the order of
/// the table, so the same waits give the same answers.
final class WaitGraph {
  private final Function<LockOwner, List<LockOwner>> blockers;
  private final ArrayDeque<LockOwner> open = new ArrayDeque<>();
  private long searches;

  /// @param blockers whom an owner waits for; nobody if it does not wait
  WaitGraph(Function<LockOwner, List<LockOwner>> blockers) {
    this.blockers = blockers;
  }

  /// A shortest circle of waits: each waits for the next, and the last for `start`, with which it
  /// begins. Null if there is none.
  @Nullable List<LockOwner> circle(LockOwner start) {
    return path(start, start);
  }

  /// Whether `from` waits for `to`, however many are between them.
  boolean reaches(LockOwner from, LockOwner to) {
    return path(from, to) != null;
  }

  /// From `from` up to the last before `to`; null if `from` does not wait for it.
  private @Nullable List<LockOwner> path(LockOwner from, LockOwner to) {
    begin(from);
    for (var at = open.poll(); at != null; at = open.poll()) {
      for (var next : blockers.apply(at)) {
        if (next == to) {
          return trail(at);
        }
        visit(next, at);
      }
    }
    return null;
  }

  /// The transactions that `from` waits for as soon as all who ask get their locks: those that it
  /// comes to by way of such as have none yet.
  List<LockOwner> crowd(LockOwner from) {
    var found = new ArrayList<LockOwner>();
    begin(from);
    for (var at = open.poll(); at != null; at = open.poll()) {
      if (at != from) {
        if (at.isTransaction()) {
          found.add(at);
        }
        if (at.locks() > 0) {
          continue;
        }
      }
      for (var next : blockers.apply(at)) {
        visit(next, at);
      }
    }
    return found;
  }

  private void begin(LockOwner from) {
    searches++;
    open.clear();
    from.seen = searches;
    from.via = null;
    open.add(from);
  }

  private void visit(LockOwner next, LockOwner from) {
    if (next.seen != searches) {
      next.seen = searches;
      next.via = from;
      open.add(next);
    }
  }

  private static List<LockOwner> trail(LockOwner last) {
    var path = new ArrayList<LockOwner>();
    for (LockOwner at = last; at != null; at = at.via) {
      path.addFirst(at);
    }
    return path;
  }
}
