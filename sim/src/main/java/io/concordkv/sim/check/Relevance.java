package io.concordkv.sim.check;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// Which values of a history anybody saw. A write whose value nobody saw leaves the search fewer
/// choices, and that is what keeps it short after a long partition or under many writers.
///
/// A comparison that was refused without telling what it met may have met any value, so a key with
/// such a call has no unseen ones.
final class Relevance {
  private final boolean blind;
  private final Set<Long> seen = new TreeSet<>();

  Relevance(List<Call> calls) {
    blind = calls.stream().anyMatch(call -> call.outcome() instanceof Outcome.Refused);
    for (var call : calls) {
      if (call.outcome() instanceof Outcome.Saw(long before)) {
        seen.add(before);
      }
      if (call.action() instanceof Action.CompareAndPut(long expected, _)) {
        seen.add(expected);
      }
    }
  }

  /// Whether the search may assume that values are seen by those only who say so.
  boolean exact() {
    return !blind;
  }

  /// A write whose value nobody saw.
  boolean unseen(Action action) {
    return !blind
        && switch (action) {
          case Action.Get() -> false;
          case Action.Put(long value) -> !seen.contains(value);
          case Action.Delete() -> !seen.contains(Call.ABSENT);
          case Action.CompareAndPut(_, long value) -> !seen.contains(value);
        };
  }

  /// Without the unknown calls that cannot matter: an order that has one of them somewhere is as
  /// good without it.
  List<Call> filter(List<Call> calls) {
    return calls.stream()
        .filter(call ->
            !call.unknown() || !(call.action() instanceof Action.Get || unseen(call.action())))
        .toList();
  }
}
