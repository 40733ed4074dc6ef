package io.concordkv.sim.check;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;

/// Decides whether a history is linearizable (Herlihy and Wing, TOPLAS 1990).
///
/// A history of many keys is linearizable exactly if that of each key is, so each is searched by
/// itself (P-compositionality: Horn and Kroening, FORTE 2015).
public final class Linearizability {
  /// Enough for thousands of calls with dozens of clients; a harder history is left undecided.
  private static final long DEFAULT_STEPS = 5_000_000;

  private Linearizability() {}

  public static Verdict check(List<Call> history) {
    return check(history, DEFAULT_STEPS);
  }

  /// Gives up on a key after `maxSteps` steps of the search. A violation of one key weighs more
  /// than another key left undecided.
  public static Verdict check(List<Call> history, long maxSteps) {
    var byKey = new TreeMap<String, List<Call>>();
    for (var call : history) {
      byKey.computeIfAbsent(call.key(), _ -> new ArrayList<>()).add(call);
    }
    Verdict verdict = new Verdict.Linearizable();
    for (var calls : byKey.values()) {
      var ofKey = checkKey(calls, maxSteps);
      if (ofKey instanceof Verdict.Violation) {
        return ofKey;
      }
      if (ofKey instanceof Verdict.Undecided) {
        verdict = ofKey;
      }
    }
    return verdict;
  }

  private static Verdict checkKey(List<Call> calls, long maxSteps) {
    var key = calls.getFirst().key();
    return switch (search(calls, maxSteps)) {
      case FOUND -> new Verdict.Linearizable();
      case GAVE_UP -> new Verdict.Undecided(key, maxSteps);
      case NONE -> new Verdict.Violation(key, firstInexplicable(calls, maxSteps));
    };
  }

  private static OrderSearch.End search(List<Call> calls, long maxSteps) {
    var relevance = new Relevance(calls);
    return new OrderSearch(relevance.filter(calls), relevance, maxSteps).run();
  }

  /// The calls up to the first answer that cannot be explained. What had not returned by then
  /// counts as unknown, so that each prefix asks only what was known at that moment; explicable
  /// prefixes stay so when cut shorter, hence the bisection.
  private static List<Call> firstInexplicable(List<Call> calls, long maxSteps) {
    var returns =
        calls.stream()
            .filter(call -> !call.unknown())
            .sorted(Comparator.comparingLong(Call::returned))
            .toList();
    int explained = 0;
    int inexplicable = returns.size();
    while (inexplicable - explained > 1) {
      int middle = (explained + inexplicable) >>> 1;
      var end = search(until(calls, returns.get(middle - 1).returned()), maxSteps);
      if (end == OrderSearch.End.NONE) {
        inexplicable = middle;
      } else {
        explained = middle;
      }
    }
    var last = returns.get(inexplicable - 1);
    var known = until(calls, last.returned());
    var shown = new ArrayList<>(new Relevance(known).filter(known));
    shown.remove(last);
    shown.add(last);
    return shown;
  }

  private static List<Call> until(List<Call> calls, long time) {
    var cut = new ArrayList<Call>();
    for (var call : calls) {
      if (call.returned() <= time) {
        cut.add(call);
      } else if (call.invoked() <= time) {
        cut.add(
            new Call(
                call.client(),
                call.key(),
                call.action(),
                new Outcome.Unknown(),
                call.invoked(),
                Call.NEVER));
      }
    }
    return cut;
  }
}
