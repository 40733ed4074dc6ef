package io.concordkv.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordkv.base.Bytes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What every transport promises.
public abstract class TransportContract {
  protected static final int QUEUE_FRAMES = 64;

  protected final TestLoop loop = new TestLoop();

  /// Makes node 1 and node 2 known to each other; what waits is bounded by [#QUEUE_FRAMES].
  protected abstract Transport open(long node);

  protected record Received(long from, Frame frame) {}

  private final List<Received> received = new ArrayList<>();
  private Transport one;
  private Transport two;

  @BeforeEach
  void connect() {
    one = open(1);
    two = open(2);
    two.onFrame((from, frame) -> received.add(new Received(from, frame)));
    one.onFrame((from, frame) -> received.add(new Received(from, frame)));
    loop.runUntil(() -> one.connected(2) && two.connected(1));
  }

  @AfterEach
  void disconnect() {
    one.close();
    two.close();
  }

  private static Frame frame(Lane lane, int kind, String payload) {
    return new Frame(lane, 0xFFEE_DDCC_BBAA_0011L, kind, Bytes.of(payload));
  }

  @Test
  void a_frame_arrives_as_it_was_sent() {
    var frame = frame(Lane.CONTROL, 255, "hello");
    one.send(2, frame);
    loop.runUntil(() -> received.size() == 1);
    assertThat(received).containsExactly(new Received(1, frame));
  }

  @Test
  void frames_of_a_lane_that_arrive_keep_their_order() {
    for (int i = 0; i < QUEUE_FRAMES; i++) {
      one.send(2, frame(Lane.DATA, 3, "number " + i));
    }
    loop.runUntil(() -> received.size() == QUEUE_FRAMES);
    for (int i = 0; i < QUEUE_FRAMES; i++) {
      assertThat(received.get(i).frame().payload()).isEqualTo(Bytes.of("number " + i));
    }
  }

  @Test
  void an_empty_payload_and_a_big_one_arrive() {
    var big = new byte[3 << 20];
    Arrays.fill(big, (byte) 7);
    one.send(2, frame(Lane.BULK, 1, ""));
    one.send(2, new Frame(Lane.BULK, 9, 2, Bytes.wrap(big)));
    loop.runUntil(() -> received.size() == 2);
    assertThat(received.get(0).frame().payload()).isEqualTo(Bytes.EMPTY);
    assertThat(received.get(1).frame().payload()).isEqualTo(Bytes.wrap(big));
  }

  @Test
  void both_directions_carry_frames() {
    one.send(2, frame(Lane.DATA, 1, "there"));
    two.send(1, frame(Lane.DATA, 1, "and back"));
    loop.runUntil(() -> received.size() == 2);
    assertThat(received).extracting(Received::from).containsExactlyInAnyOrder(1L, 2L);
  }

  @Test
  void a_frame_to_an_unknown_node_is_dropped() {
    one.send(77, frame(Lane.DATA, 1, "nobody"));
    one.send(2, frame(Lane.DATA, 1, "somebody"));
    loop.runUntil(() -> !received.isEmpty());
    assertThat(received).extracting(r -> r.frame().payload()).containsExactly(Bytes.of("somebody"));
    assertThat(one.connected(77)).isFalse();
  }

  @Test
  void a_full_queue_drops_and_never_blocks() {
    int sent = 200_000;
    for (int i = 0; i < sent; i++) {
      one.send(2, frame(Lane.DATA, 1, "flood"));
    }
    one.send(2, frame(Lane.CONTROL, 2, "the end"));
    loop.runUntil(() -> received.stream().anyMatch(r -> r.frame().kind() == 2));
    assertThat(received.size()).isLessThan(sent);
  }

  @Test
  void a_full_lane_does_not_hold_up_another() {
    for (int i = 0; i < 10_000; i++) {
      one.send(2, frame(Lane.BULK, 1, "bulk"));
    }
    one.send(2, frame(Lane.CONTROL, 2, "beat"));
    loop.runUntil(() -> received.stream().anyMatch(r -> r.frame().kind() == 2));
  }

  /// What is sent around the moment of a restart may be lost or come late; what is sent again and
  /// again arrives in the end.
  @Test
  void frames_flow_again_after_the_peer_was_restarted() {
    two.close();
    loop.runUntil(() -> !one.connected(2));
    one.send(2, frame(Lane.DATA, 1, "lost"));
    two = open(2);
    two.onFrame((from, frame) -> received.add(new Received(from, frame)));
    loop.runUntil(() -> {
      one.send(2, frame(Lane.DATA, 2, "found"));
      return received.stream().anyMatch(r -> r.frame().kind() == 2);
    });
    loop.runUntil(() -> one.connected(2));
  }

  @Test
  void a_closed_peer_is_told_of_once() {
    var lost = new ArrayList<Long>();
    one.onDisconnect(lost::add);
    two.close();
    loop.runUntil(() -> !lost.isEmpty() && !one.connected(2));
    boolean[] turned = {false};
    loop.post(() -> turned[0] = true);
    loop.runUntil(() -> turned[0]);
    assertThat(lost).containsExactly(2L);
  }

  @Test
  void nothing_is_delivered_after_closing() {
    one.send(2, frame(Lane.DATA, 1, "too late"));
    two.close();
    one.close();
    one.send(2, frame(Lane.DATA, 1, "much too late"));
    boolean[] turned = {false};
    loop.post(() -> turned[0] = true);
    loop.runUntil(() -> turned[0]);
    assertThat(received).isEmpty();
  }
}
