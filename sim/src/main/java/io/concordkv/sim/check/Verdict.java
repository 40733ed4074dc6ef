package io.concordkv.sim.check;

import java.util.List;

/// What a checker says of a history.
public sealed interface Verdict {
  record Linearizable() implements Verdict {}

  /// No order of `calls`, all to one key, explains what was seen. The last of them is the one that
  /// could not be explained: without it and what returned later there is an order.
  record Violation(String key, List<Call> calls) implements Verdict {
    public Violation {
      calls = List.copyOf(calls);
    }

    @Override
    public String toString() {
      var lines = new StringBuilder("no order explains the calls to ").append(key);
      calls.forEach(call -> lines.append("\n  ").append(call));
      return lines.toString();
    }
  }

  /// The search was given up after the permitted number of steps.
  record Undecided(String key, long steps) implements Verdict {}
}
