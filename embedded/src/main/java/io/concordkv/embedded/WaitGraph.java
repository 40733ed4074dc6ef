package io.concordkv.embedded;

import io.concordkv.embedded.LockOwner.Wait;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Who waits for whom. It is walked when somebody asks who holds something, breadth first and in
/// the order of the table, so the same waits give the same answers.
final class WaitGraph {
  private final Collection<Wait> waiting;
  private final Function<LockOwner, List<LockOwner>> blockers;
  private final ArrayDeque<LockOwner> open = new ArrayDeque<>();
  private long searches;

  /// @param waiting all who wait
  /// @param blockers whom an owner waits for; nobody if it does not wait
  WaitGraph(Collection<Wait> waiting, Function<LockOwner, List<LockOwner>> blockers) {
    this.waiting = waiting;
    this.blockers = blockers;
  }

  /// Finds all who wait for `owner`, however many are between them: until the next search
  /// [#isFound] and [#path] know them.
  void findWaitersFor(LockOwner owner) {
    begin(owner);
    var rest = new ArrayList<>(waiting);
    for (var at = open.poll(); at != null && !rest.isEmpty(); at = open.poll()) {
      var blocker = at;
      rest.removeIf(wait -> {
        boolean waits = waitsFor(wait, blocker);
        if (waits) {
          visit(wait.owner, blocker);
        }
        return waits;
      });
    }
  }

  private static boolean waitsFor(Wait wait, LockOwner blocker) {
    var other = blocker.wait;
    return wait.owner != blocker
        && (blocker.excludes(wait.wish)
            || (other != null && other.isBefore(wait) && other.wish.contends(wait.wish)));
  }

  /// Whether it was found to wait for the one that was looked for.
  boolean isFound(LockOwner owner) {
    return owner.seen == searches && owner.via != null;
  }

  /// A shortest way from one that was found to the one that was looked for, with neither: each
  /// waits for the next.
  List<LockOwner> path(LockOwner from) {
    var path = new ArrayList<LockOwner>();
    for (var at = from.via; at != null && at.via != null; at = at.via) {
      path.add(at);
    }
    return path;
  }

  /// The first that is `sought` among the transactions that `from` waits for as soon as all who ask
  /// get their locks: those that it comes to by way of such as have none yet. Null if there is
  /// none.
  @Nullable LockOwner inCrowd(LockOwner from, Predicate<LockOwner> sought) {
    begin(from);
    for (var at = open.poll(); at != null; at = open.poll()) {
      if (at != from) {
        if (at.isTransaction() && sought.test(at)) {
          return at;
        }
        if (at.locks() > 0) {
          continue;
        }
      }
      for (var next : blockers.apply(at)) {
        visit(next, at);
      }
    }
    return null;
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
}
