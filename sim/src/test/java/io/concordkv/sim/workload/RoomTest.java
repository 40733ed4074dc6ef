package io.concordkv.sim.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordkv.base.Bytes;
import io.concordkv.mvcc.Event;
import io.concordkv.mvcc.KeyValue;
import io.concordkv.mvcc.watch.WatchAnswer;
import io.concordkv.sim.violation.Violation;
import java.util.List;
import org.junit.jupiter.api.Test;

class RoomTest {
  private final Room room = new Room("w", 1);

  private static WatchAnswer events(long watch, boolean fragment) {
    var pair = new KeyValue(Bytes.of("k"), 5, 5, 1, 0, Bytes.of("v"));
    var event = new Event(Event.Kind.PUT, pair, null);
    return new WatchAnswer(watch, 5, false, false, 0, "", fragment, List.of(event));
  }

  @Test
  void events_for_who_has_no_room_are_noticed() {
    room.take(events(1, false));
    assertThat(room.any()).isFalse();
    assertThatThrownBy(() -> room.take(events(1, false)))
        .isInstanceOf(Violation.class)
        .hasMessageContaining("I18 bounded");
  }

  @Test
  void what_is_begun_is_sent_to_its_end_and_nothing_else() {
    room.take(events(1, true));
    room.take(events(1, true));
    room.take(events(1, false));
    assertThatThrownBy(() -> room.take(events(1, false))).isInstanceOf(Violation.class);
    room.set(1);
    room.take(events(1, true));
    assertThatThrownBy(() -> room.take(events(2, false))).isInstanceOf(Violation.class);
  }

  @Test
  void news_without_events_always_fit() {
    room.set(0);
    room.take(new WatchAnswer(1, 5, true, false, 0, "", false, List.of()));
  }
}
