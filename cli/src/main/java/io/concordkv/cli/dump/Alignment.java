package io.concordkv.cli.dump;

import io.concordkv.base.Bytes;
import io.concordkv.mvcc.Event;
import io.concordkv.mvcc.Mutation;
import io.concordkv.mvcc.Operation;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/// Which revisions a run of changes was given, where only what came of all of them is at hand: the
/// revision at the end, and the history.
///
/// A change takes the next revision or none. Of a plain put it is certain; of others the history
/// says whether they can have made a revision. All ways to hand out the revisions that agree with
/// that are followed at once, and an answer is given only where all of them agree.
final class Alignment {
  /// With more possible revisions at one change than this, nothing is said of those before it.
  private static final int MAX_SPREAD = 1024;

  private final List<? extends Mutation> changes;
  private final long revision;
  private final LongFunction<@Nullable List<Event>> history;

  /// @param revision what the last of `changes` left
  /// @param history what happened at a revision, empty if there was no such revision; null if that
  ///   is not known any more
  Alignment(
      List<? extends Mutation> changes,
      long revision,
      LongFunction<@Nullable List<Event>> history) {
    this.changes = changes;
    this.revision = revision;
    this.history = history;
  }

  /// The revision of each change by its place in the list: 0 if it made none. What cannot be known
  /// is left out.
  SortedMap<Integer, Long> solve() {
    var before = new ArrayList<BitSet>(changes.size() + 1);
    var after = new BitSet();
    after.set(0);
    before.add(after);
    int known = changes.size();
    while (known > 0 && before.getLast().cardinality() <= MAX_SPREAD) {
      known--;
      before.add(back(changes.get(known), before.getLast()));
    }
    return forward(known, before.reversed());
  }

  /// Distances from the last revision that are possible before `change`.
  private BitSet back(Mutation change, BitSet after) {
    var before = new BitSet();
    for (int at = after.nextSetBit(0); at >= 0; at = after.nextSetBit(at + 1)) {
      if (mayTake(change, revision - at)) {
        before.set(at + 1);
      }
      if (mayTakeNone(change)) {
        before.set(at);
      }
    }
    return before;
  }

  private SortedMap<Integer, Long> forward(int from, List<BitSet> possible) {
    var answers = new TreeMap<Integer, Long>();
    var reached = possible.getFirst();
    for (int i = from; i < changes.size(); i++) {
      var change = changes.get(i);
      var left = possible.get(i - from + 1);
      var next = new BitSet();
      var taken = new BitSet();
      boolean none = false;
      for (int at = reached.nextSetBit(0); at >= 0; at = reached.nextSetBit(at + 1)) {
        if (at > 0 && left.get(at - 1) && mayTake(change, revision - at + 1)) {
          next.set(at - 1);
          taken.set(at - 1);
        }
        if (left.get(at) && mayTakeNone(change)) {
          next.set(at);
          none = true;
        }
      }
      if (taken.isEmpty() && none) {
        answers.put(i, 0L);
      } else if (taken.cardinality() == 1 && !none) {
        answers.put(i, revision - taken.nextSetBit(0));
      }
      reached = next;
    }
    return answers;
  }

  private static boolean mayTakeNone(Mutation change) {
    return !(change instanceof Operation.Put put)
        || put.lease() != 0
        || put.ignoreValue()
        || put.ignoreLease();
  }

  private boolean mayTake(Mutation change, long taken) {
    if (taken <= 1) {
      return false;
    }
    var events = history.apply(taken);
    return switch (change) {
      case Operation.Put put ->
          events == null || (events.size() == 1 && makes(put, events.getFirst()));
      case Operation.DeleteRange delete -> events == null || all(events, List.of(delete));
      case Operation.GuardedCommit commit ->
          events == null || all(events, commit.success()) || all(events, commit.failure());
      case Mutation.RevokeLease _ ->
          events == null
              || (!events.isEmpty()
                  && events.stream().allMatch(event -> event.kind() == Event.Kind.DELETE));
      case Mutation.Compact _, Mutation.GrantLease _ -> false;
    };
  }

  private static boolean all(List<Event> events, List<? extends Operation> operations) {
    return !events.isEmpty()
        && events.stream()
            .allMatch(event -> operations.stream().anyMatch(each -> makes(each, event)));
  }

  private static boolean makes(Operation operation, Event event) {
    return switch (operation) {
      case Operation.Put put -> makes(put, event);
      case Operation.DeleteRange delete ->
          event.kind() == Event.Kind.DELETE && delete.span().contains(event.pair().key());
      case Operation.GuardedCommit inner ->
          inner.success().stream().anyMatch(each -> makes(each, event))
              || inner.failure().stream().anyMatch(each -> makes(each, event));
      case Operation.Range _ -> false;
    };
  }

  private static boolean makes(Operation.Put put, Event event) {
    Bytes value = event.pair().value();
    return event.kind() == Event.Kind.PUT
        && event.pair().key().equals(put.key())
        && (put.ignoreValue() || value.equals(put.value()))
        && (put.ignoreLease() || event.pair().lease() == put.lease());
  }
}
