package io.concordkv.sim.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// The checker against trying every order.
class LinearizabilityProperty {
  private static final int HISTORIES = 30_000;

  @Test
  void says_what_trying_every_order_says() {
    var random = new SplittableRandom(20_26);
    int good = 0;
    for (int i = 0; i < HISTORIES; i++) {
      var calls = i % 2 == 0 ? noise(random) : nearlyRight(random);
      boolean expected = anyOrderExplains(calls, new boolean[calls.size()], Call.ABSENT);
      var verdict = Linearizability.check(calls);
      assertThat(verdict instanceof Verdict.Linearizable)
          .as("history %s: %s", i, calls)
          .isEqualTo(expected);
      good += expected ? 1 : 0;
    }
    assertThat(good).isBetween(HISTORIES / 10, HISTORIES * 9 / 10);
  }

  /// The slow, obvious way: any call that no waiting call must precede may come next.
  private static boolean anyOrderExplains(List<Call> calls, boolean[] done, long value) {
    boolean allAnsweredDone = true;
    long firstReturn = Call.NEVER;
    for (int i = 0; i < calls.size(); i++) {
      if (!done[i]) {
        allAnsweredDone &= calls.get(i).unknown();
        firstReturn = Math.min(firstReturn, calls.get(i).returned());
      }
    }
    if (allAnsweredDone) {
      return true;
    }
    for (int i = 0; i < calls.size(); i++) {
      var call = calls.get(i);
      if (!done[i] && call.invoked() <= firstReturn && call.outcome().fits(call.action(), value)) {
        done[i] = true;
        boolean explains = anyOrderExplains(calls, done, call.action().after(value));
        done[i] = false;
        if (explains) {
          return true;
        }
      }
    }
    return false;
  }

  /// Random calls with random answers: mostly wrong, often for more than one reason.
  private static List<Call> noise(SplittableRandom random) {
    var calls = new ArrayList<Call>();
    int count = random.nextInt(1, 7);
    for (int i = 0; i < count; i++) {
      long from = random.nextInt(10);
      var action = action(random, i + 1, count);
      calls.add(
          random.nextInt(4) == 0
              ? unanswered(action, from)
              : answered(action, outcome(random, action, random.nextInt(count + 1)), from, random));
    }
    return calls;
  }

  /// Calls that were really done one after the other, each somewhere in its span; now and then one
  /// answer is changed.
  private static List<Call> nearlyRight(SplittableRandom random) {
    var calls = new ArrayList<Call>();
    int count = random.nextInt(2, 8);
    int wrong = random.nextInt(2 * count);
    long value = Call.ABSENT;
    for (int i = 0; i < count; i++) {
      long from = Math.max(0, 4L * i - random.nextInt(10));
      long to = 4L * i + random.nextInt(10);
      var action = action(random, i + 1, count);
      if (random.nextInt(5) == 0) {
        value = random.nextBoolean() ? action.after(value) : value;
        calls.add(unanswered(action, from));
        continue;
      }
      long told = i == wrong ? random.nextInt(count + 1) : value;
      calls.add(new Call(0, "k", action, outcome(random, action, told), from, Math.max(from, to)));
      value = action.after(value);
    }
    return calls;
  }

  private static Action action(SplittableRandom random, long fresh, int values) {
    return switch (random.nextInt(5)) {
      case 0, 1 -> new Action.Get();
      case 2 -> new Action.Put(fresh);
      case 3 -> new Action.Delete();
      default -> new Action.CompareAndPut(random.nextInt(values + 1), fresh);
    };
  }

  private static Outcome outcome(SplittableRandom random, Action action, long before) {
    if (action instanceof Action.Get || random.nextInt(3) == 0) {
      return new Outcome.Saw(before);
    }
    return action instanceof Action.CompareAndPut cas && cas.expected() != before
        ? new Outcome.Refused()
        : new Outcome.Done();
  }

  private static Call answered(Action action, Outcome outcome, long from, SplittableRandom random) {
    return new Call(0, "k", action, outcome, from, from + random.nextInt(6));
  }

  private static Call unanswered(Action action, long from) {
    return new Call(0, "k", action, new Outcome.Unknown(), from, Call.NEVER);
  }
}
