package io.concordkv.sim.workload;

import io.concordkv.sim.check.Action;
import io.concordkv.sim.check.Call;
import io.concordkv.sim.check.Outcome;
import java.util.ArrayList;
import java.util.List;

/// Everything that clients asked and were told, on one scale of moments.
final class History {
  private final List<Call> calls = new ArrayList<>();
  private long moment;
  private int unknown;

  long now() {
    return ++moment;
  }

  void answered(int client, String key, Action action, Outcome outcome, long invoked) {
    calls.add(new Call(client, key, action, outcome, invoked, now()));
  }

  void unanswered(int client, String key, Action action, long invoked) {
    unknown++;
    calls.add(new Call(client, key, action, new Outcome.Unknown(), invoked, Call.NEVER));
  }

  List<Call> calls() {
    return calls;
  }

  int unknown() {
    return unknown;
  }
}
