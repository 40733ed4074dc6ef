package io.concordkv.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordkv.base.Bytes;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class InboxTest {
  private final TestLoop loop = new TestLoop();
  private final Inbox inbox = new Inbox(loop);
  private final List<String> received = new ArrayList<>();

  @BeforeEach
  void listen() {
    inbox.onFrame((from, frame) -> received.add(from + " " + frame.payload()));
  }

  private void arrives(Lane lane, String... payloads) {
    var frames = new ArrayList<Frame>();
    for (var payload : payloads) {
      frames.add(new Frame(lane, 1, 1, Bytes.of(payload)));
    }
    inbox.add(7, lane, frames, () -> received.add("then"));
  }

  private void turn() {
    boolean[] turned = {false};
    loop.post(() -> turned[0] = true);
    loop.runUntil(() -> turned[0]);
  }

  @Test
  void a_heartbeat_overtakes_all_the_entries_and_chunks_that_wait() {
    for (int i = 0; i < 100; i++) {
      arrives(Lane.BULK, "chunk");
      arrives(Lane.DATA, "entries");
    }
    arrives(Lane.CONTROL, "heartbeat");
    turn();
    assertThat(received).hasSize(402);
    assertThat(received.subList(0, 2)).containsExactly("7 heartbeat", "then");
    assertThat(received.indexOf("7 chunk")).isGreaterThan(received.lastIndexOf("7 entries"));
  }

  @Test
  void a_heartbeat_waits_for_no_more_than_the_batch_that_is_handled() {
    inbox.add(
        7,
        Lane.DATA,
        List.of(new Frame(Lane.DATA, 1, 1, Bytes.of("first"))),
        () -> arrives(Lane.CONTROL, "heartbeat"));
    arrives(Lane.DATA, "second");
    turn();
    turn();
    assertThat(received).containsSubsequence("7 first", "7 heartbeat", "7 second");
  }

  @Test
  void a_lane_keeps_its_order() {
    arrives(Lane.DATA, "a", "b");
    arrives(Lane.CONTROL, "beat");
    arrives(Lane.DATA, "c");
    turn();
    assertThat(received).containsExactly("7 beat", "then", "7 a", "7 b", "then", "7 c", "then");
  }

  @Test
  void nothing_is_handed_over_after_closing() {
    arrives(Lane.DATA, "a");
    inbox.close();
    turn();
    assertThat(received).isEmpty();
  }
}
