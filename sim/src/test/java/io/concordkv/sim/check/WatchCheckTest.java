package io.concordkv.sim.check;

import static io.concordkv.sim.model.PlantedLog.both;
import static io.concordkv.sim.model.PlantedLog.delete;
import static io.concordkv.sim.model.PlantedLog.put;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordkv.base.Bytes;
import io.concordkv.mvcc.Event;
import io.concordkv.mvcc.KeyValue;
import io.concordkv.mvcc.Mutation;
import io.concordkv.mvcc.Span;
import io.concordkv.mvcc.watch.WatchAnswer;
import io.concordkv.mvcc.watch.WatchRequest;
import io.concordkv.sim.model.PlantedLog;
import io.concordkv.sim.violation.Violation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Each guarantee is broken once, by hand.
class WatchCheckTest {
  private final PlantedLog log = new PlantedLog();

  /// Revision 2 makes a and b, 3 changes a, 4 deletes b, 5 makes b again, 6 changes c.
  @BeforeEach
  void write() {
    log.commit(both(put("a", "1"), put("b", "2")));
    log.commit(put("a", "3"));
    log.commit(delete("b"));
    log.commit(put("b", "4"));
    log.commit(put("c", "5"));
  }

  @Test
  void what_etcd_tells_is_fine() {
    var plain = watch(2, false, false);
    plain.take(created(6));
    plain.take(events(6, of(2, 0), of(2, 1), of(3, 0), of(4, 0)));
    plain.take(events(5, of(5, 0)));
    assertThat(plain.complete(6)).isFalse();
    plain.take(events(6, of(6, 0)));
    plain.take(progress(6));
    assertThat(plain.complete(6)).isTrue();
    assertThat(plain.next()).isEqualTo(7);

    var fromNow = watch(0, false, false);
    fromNow.take(created(4));
    fromNow.take(events(5, of(5, 0)));
    assertThat(fromNow.next()).isEqualTo(6);

    var fragments = new WatchCheck("w", log.model(), request(Span.prefix(Bytes.EMPTY), 2, true));
    fragments.take(created(6));
    fragments.take(answer(6, 0, false, true, of(2, 0)));
    fragments.take(answer(6, 0, false, false, of(2, 1)));

    var values = watch(2, true, false);
    values.take(created(6));
    values.take(events(6, with(2, 0), with(2, 1), with(3, 0), with(4, 0), with(5, 0)));

    var oneKey = new WatchCheck("w", log.model(), request(Span.of(Bytes.of("b")), 3, false));
    oneKey.take(created(6));
    oneKey.take(progress(3));
    oneKey.take(events(5, of(4, 0), of(5, 0)));
    assertThat(oneKey.complete(6)).isTrue();
  }

  @Test
  void a_watch_that_was_compacted_ends_and_says_where_to_go_on() {
    log.commit(new Mutation.Compact(4));
    var watch = watch(2, false, false);
    watch.take(created(6));
    watch.take(answer(0, 4, true, false));
    assertThat(watch.ended()).isTrue();
    assertThat(watch.next()).isEqualTo(4);
  }

  @Test
  void an_event_older_than_the_one_before_is_noticed() {
    var watch = started(2);
    watch.take(events(6, of(2, 0), of(2, 1), of(3, 0), of(4, 0)));
    broken(WatchCheck.ORDERED, () -> watch.take(events(6, of(3, 0))));
  }

  @Test
  void an_event_that_comes_again_is_noticed() {
    var watch = started(2);
    watch.take(events(3, of(2, 0), of(2, 1), of(3, 0)));
    broken(WatchCheck.UNIQUE, () -> watch.take(events(3, of(3, 0))));
    var other = started(2);
    broken(WatchCheck.UNIQUE, () -> other.take(events(3, of(2, 0), of(2, 0))));
  }

  @Test
  void a_revision_in_two_responses_is_noticed() {
    broken(WatchCheck.ATOMIC, () -> started(2).take(events(6, of(2, 0))));
    broken(WatchCheck.ATOMIC, () -> started(2).take(answer(6, 0, false, true, of(2, 0))));
  }

  @Test
  void an_event_that_is_left_out_is_noticed() {
    var watch = started(2);
    watch.take(events(2, of(2, 0), of(2, 1)));
    broken(WatchCheck.RELIABLE, () -> watch.take(events(4, of(4, 0))));
    broken(WatchCheck.RELIABLE, () -> started(2).take(events(3, of(2, 1))));
  }

  @Test
  void a_watch_that_starts_elsewhere_than_asked_is_noticed() {
    broken(WatchCheck.RESUMABLE, () -> started(3).take(events(2, of(2, 0), of(2, 1))));
    broken(WatchCheck.RESUMABLE, () -> started(3).take(events(4, of(4, 0))));
    broken(WatchCheck.RESUMABLE, () -> started(9).take(events(6, of(6, 0))));
    log.commit(new Mutation.Compact(4));
    broken(WatchCheck.RESUMABLE, () -> started(4).take(answer(0, 4, true, false)));
    broken(WatchCheck.RESUMABLE, () -> started(2).take(answer(0, 6, true, false)));
  }

  @Test
  void progress_ahead_of_events_is_noticed() {
    broken(WatchCheck.BOOKMARKABLE, () -> started(2).take(progress(2)));
    broken(WatchCheck.HEADER, () -> started(7).take(progress(7)));
    var watch = started(6);
    watch.take(progress(5));
    broken(WatchCheck.BOOKMARKABLE, () -> watch.take(progress(6)));
  }

  @Test
  void a_wrong_previous_value_is_noticed() {
    var wrong = new Event(Event.Kind.PUT, of(3, 0).pair(), of(5, 0).pair());
    var watch = watch(3, true, false);
    watch.take(created(6));
    broken(WatchCheck.PREVIOUS, () -> watch.take(events(3, wrong)));
    broken(WatchCheck.PREVIOUS, () -> started(3).take(events(3, with(3, 0))));
    var missing = watch(3, true, false);
    missing.take(created(6));
    broken(WatchCheck.PREVIOUS, () -> missing.take(events(3, of(3, 0))));
  }

  @Test
  void a_previous_value_that_was_compacted_may_be_missing() {
    log.commit(new Mutation.Compact(3));
    var watch = watch(3, true, false);
    watch.take(created(6));
    watch.take(events(3, of(3, 0)));
    broken(WatchCheck.PREVIOUS, () -> watch.take(events(4, of(4, 0))));
  }

  @Test
  void a_change_that_looks_like_a_creation_is_noticed() {
    var pair = of(3, 0).pair();
    var made = new KeyValue(pair.key(), 3, 3, 1, 0, pair.value());
    var event = new Event(Event.Kind.PUT, made, null);
    broken(WatchCheck.CREATE_OR_MODIFY, () -> started(3).take(events(3, event)));
    var future =
        new Event(Event.Kind.PUT, new KeyValue(pair.key(), 2, 9, 3, 0, pair.value()), null);
    broken(WatchCheck.CREATE_OR_MODIFY, () -> started(3).take(events(6, future)));
  }

  @Test
  void what_nobody_asked_for_is_noticed() {
    var noDelete = watch(4, false, true);
    noDelete.take(created(6));
    broken(WatchCheck.FILTER, () -> noDelete.take(events(6, of(4, 0))));
    var oneKey = new WatchCheck("w", log.model(), request(Span.of(Bytes.of("b")), 3, false));
    oneKey.take(created(6));
    broken(WatchCheck.FILTER, () -> oneKey.take(events(3, of(3, 0))));
  }

  @Test
  void answers_out_of_turn_are_noticed() {
    broken(WatchCheck.CREATED, () -> watch(2, false, false).take(progress(1)));
    broken(WatchCheck.CREATED, () -> started(2).take(created(6)));
    var watch = started(2);
    watch.take(answer(6, 0, true, false));
    broken(WatchCheck.CREATED, () -> watch.take(events(2, of(2, 0), of(2, 1))));
  }

  @Test
  void a_header_below_its_events_is_noticed() {
    broken(WatchCheck.HEADER, () -> started(2).take(events(1, of(2, 0), of(2, 1))));
  }

  private WatchCheck started(long start) {
    var watch = watch(start, false, false);
    watch.take(created(6));
    return watch;
  }

  private WatchCheck watch(long start, boolean previous, boolean noDelete) {
    return new WatchCheck(
        "w",
        log.model(),
        new WatchRequest(
            Span.prefix(Bytes.EMPTY), start, 1, previous, false, false, false, noDelete));
  }

  private static WatchRequest request(Span span, long start, boolean fragment) {
    return new WatchRequest(span, start, 1, false, false, fragment, false, false);
  }

  /// An event as it is told to who did not ask for what was there before.
  private Event of(long revision, int at) {
    var event = with(revision, at);
    return new Event(event.kind(), event.pair(), null);
  }

  private Event with(long revision, int at) {
    return log.model().events(revision).get(at);
  }

  private static WatchAnswer created(long revision) {
    return new WatchAnswer(1, revision, true, false, 0, "", false, List.of());
  }

  private static WatchAnswer progress(long revision) {
    return answer(revision, 0, false, false);
  }

  private static WatchAnswer events(long revision, Event... events) {
    return answer(revision, 0, false, false, events);
  }

  private static WatchAnswer answer(
      long revision, long compacted, boolean canceled, boolean fragment, Event... events) {
    var all = new ArrayList<>(Arrays.asList(events));
    return new WatchAnswer(1, revision, false, canceled, compacted, "", fragment, all);
  }

  private static void broken(String check, Runnable told) {
    assertThatThrownBy(told::run)
        .isInstanceOfSatisfying(
            Violation.class, violation -> assertThat(violation.check()).isEqualTo(check));
  }
}
