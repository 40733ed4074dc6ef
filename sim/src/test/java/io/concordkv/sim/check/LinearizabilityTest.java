package io.concordkv.sim.check;

import static io.concordkv.sim.check.Call.ABSENT;
import static io.concordkv.sim.check.Call.NEVER;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class LinearizabilityTest {
  private record Planted(String story, List<Call> calls) {}

  private static Planted story(String story, Call... calls) {
    return new Planted(story, List.of(calls));
  }

  private static Call put(long value, long from, long to) {
    return call(new Action.Put(value), to == NEVER ? unknown() : new Outcome.Done(), from, to);
  }

  private static Call get(long seen, long from, long to) {
    return call(new Action.Get(), new Outcome.Saw(seen), from, to);
  }

  private static Call delete(long from, long to) {
    return call(new Action.Delete(), to == NEVER ? unknown() : new Outcome.Done(), from, to);
  }

  private static Call swap(long expected, long value, Outcome outcome, long from, long to) {
    return call(new Action.CompareAndPut(expected, value), outcome, from, to);
  }

  private static Outcome unknown() {
    return new Outcome.Unknown();
  }

  private static Outcome saw(long before) {
    return new Outcome.Saw(before);
  }

  private static Call call(Action action, Outcome outcome, long from, long to) {
    return new Call(0, "k", action, outcome, from, to);
  }

  private static Call onKey(String key, Call call) {
    return new Call(
        call.client(), key, call.action(), call.outcome(), call.invoked(), call.returned());
  }

  private static final List<Planted> GOOD =
      List.of(
          story("nothing happened"),
          story("a key nobody wrote is absent", get(ABSENT, 0, 1)),
          story("a read sees the write before it", put(1, 0, 1), get(1, 2, 3)),
          story("a read beside a write may miss it", put(1, 0, 10), get(ABSENT, 1, 2)),
          story("a read beside a write may see it", put(1, 0, 10), get(1, 1, 2)),
          story(
              "two reads beside a write see old, then new",
              put(1, 0, 10),
              get(ABSENT, 1, 2),
              get(1, 3, 4)),
          story(
              "two overlapping reads may disagree", put(1, 0, 10), get(1, 1, 9), get(ABSENT, 2, 8)),
          story(
              "a write without an answer shows up late",
              put(1, 0, 1),
              put(2, 2, NEVER),
              get(1, 5, 6),
              get(2, 7, 8)),
          story(
              "a write without an answer never shows up",
              put(1, 0, 1),
              put(2, 2, NEVER),
              get(1, 5, 6),
              get(1, 7, 8)),
          story("a deleted key is absent", put(1, 0, 1), delete(2, 3), get(ABSENT, 4, 5)),
          story(
              "a deletion without an answer strikes late",
              put(1, 0, 1),
              delete(2, NEVER),
              get(1, 3, 4),
              get(ABSENT, 5, 6)),
          story(
              "of two comparisons one wins",
              put(1, 0, 1),
              swap(1, 2, saw(1), 2, 6),
              swap(1, 3, saw(2), 3, 7),
              get(2, 8, 9)),
          story(
              "a comparison without an answer did its work",
              put(1, 0, 1),
              swap(1, 2, unknown(), 2, NEVER),
              get(2, 3, 4)),
          story(
              "a refused comparison met a write that nobody saw",
              put(1, 0, 1),
              put(2, 2, NEVER),
              swap(1, 3, new Outcome.Refused(), 3, 4)),
          story(
              "a put tells what it replaced",
              put(1, 0, 1),
              call(new Action.Put(2), saw(1), 2, 3),
              call(new Action.Delete(), saw(2), 4, 5)),
          story(
              "answers at the very moment of a call do not come before it",
              put(1, 0, 2),
              get(ABSENT, 2, 3)),
          story(
              "keys do not disturb one another",
              onKey("a", put(1, 0, 1)),
              onKey("b", get(ABSENT, 2, 3)),
              onKey("a", get(1, 2, 3))));

  private static final List<Planted> BAD =
      List.of(
          story("a value nobody wrote", get(7, 0, 1)),
          story("a lost write", put(1, 0, 1), get(ABSENT, 2, 3)),
          story("a stale read", put(1, 0, 1), put(2, 2, 3), get(1, 4, 5)),
          story("a read of the future", get(1, 0, 1), put(1, 2, 3)),
          story(
              "two reads beside a write see new, then old",
              put(1, 0, 10),
              get(1, 1, 2),
              get(ABSENT, 3, 4)),
          story("a deleted key comes back", put(1, 0, 1), delete(2, 3), get(1, 4, 5)),
          story(
              "a deletion that did nothing",
              put(1, 0, 1),
              delete(2, 3),
              put(2, 4, 5),
              get(1, 6, 7)),
          story(
              "both of two comparisons win",
              put(1, 0, 1),
              swap(1, 2, saw(1), 2, 6),
              swap(1, 3, saw(1), 3, 7)),
          story(
              "a comparison is refused although it must hold",
              put(1, 0, 1),
              swap(1, 2, new Outcome.Refused(), 2, 3)),
          story(
              "a comparison wins against what is not there",
              put(1, 0, 1),
              swap(2, 3, new Outcome.Done(), 2, 3)),
          story(
              "a write without an answer shows up and is gone again",
              put(1, 0, 1),
              put(2, 2, NEVER),
              get(2, 3, 4),
              get(1, 5, 6)),
          story(
              "a write without an answer is done twice",
              put(1, 0, 1),
              put(2, 2, NEVER),
              get(2, 3, 4),
              put(3, 5, 6),
              get(2, 7, 8)),
          story(
              "a write without an answer shows up before it was asked for",
              get(2, 0, 1),
              put(2, 2, NEVER)),
          story(
              "a put names a wrong predecessor",
              put(1, 0, 1),
              call(new Action.Put(2), saw(3), 2, 3)),
          story(
              "two readers see two writes in opposite order",
              put(1, 0, 1),
              put(2, 2, 20),
              put(3, 2, 20),
              get(2, 3, 4),
              get(3, 5, 6),
              get(2, 7, 8)),
          story(
              "one of many keys is wrong",
              onKey("a", put(1, 0, 1)),
              onKey("b", put(2, 0, 1)),
              onKey("b", get(ABSENT, 2, 3)),
              onKey("a", get(1, 2, 3))));

  @TestFactory
  List<DynamicTest> a_history_that_some_order_explains_passes() {
    return GOOD.stream()
        .map(planted ->
            DynamicTest.dynamicTest(
                planted.story,
                () ->
                    assertThat(Linearizability.check(planted.calls))
                        .isInstanceOf(Verdict.Linearizable.class)))
        .toList();
  }

  @TestFactory
  List<DynamicTest> a_history_that_no_order_explains_is_found() {
    return BAD.stream()
        .map(planted ->
            DynamicTest.dynamicTest(
                planted.story,
                () ->
                    assertThat(Linearizability.check(planted.calls))
                        .isInstanceOf(Verdict.Violation.class)))
        .toList();
  }

  @Test
  void a_violation_ends_with_the_answer_that_could_not_be_explained() {
    var stale = get(1, 4, 5);
    var calls =
        List.of(put(1, 0, 1), put(2, 2, 3), stale, put(3, 6, 7), get(3, 8, 9), put(4, 1, 9));

    var verdict = Linearizability.check(calls);

    assertThat(verdict).isInstanceOf(Verdict.Violation.class);
    assertThat(((Verdict.Violation) verdict).calls()).hasSize(3).endsWith(stale);
    assertThat(verdict.toString()).contains("Get").contains("[4..5]");
  }

  @Test
  void many_writes_without_an_answer_do_not_make_the_search_explode() {
    var calls = new ArrayList<Call>();
    calls.add(put(1, 0, 1));
    for (int i = 0; i < 500; i++) {
      calls.add(put(1000 + i, 2 + i, NEVER));
    }
    for (int i = 0; i < 20; i++) {
      calls.add(get(1000 + i, 2000 + 2 * i, 2001 + 2 * i));
    }
    assertThat(Linearizability.check(calls)).isInstanceOf(Verdict.Linearizable.class);
  }

  @Test
  void thousands_of_calls_of_twenty_clients_are_decided() {
    var calls = new ArrayList<Call>();
    long value = 0;
    for (int round = 0; round < 500; round++) {
      long start = round * 100L;
      for (int client = 0; client < 19; client++) {
        calls.add(put(++value, start + client, start + 60 + client));
      }
      calls.add(get(value - 7, start + 90, start + 95));
    }
    assertThat(Linearizability.check(calls)).isInstanceOf(Verdict.Linearizable.class);
    calls.add(get(value - 30, 600 * 100L, 600 * 100L + 1));
    assertThat(Linearizability.check(calls)).isInstanceOf(Verdict.Violation.class);
  }

  @Test
  void a_search_that_takes_too_long_is_left_undecided() {
    var calls = new ArrayList<Call>();
    for (int i = 1; i <= 40; i++) {
      calls.add(put(i, 0, 100));
    }
    calls.add(get(41, 101, 102));
    assertThat(Linearizability.check(calls, 10)).isInstanceOf(Verdict.Undecided.class);
  }
}
