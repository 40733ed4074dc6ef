package io.concordkv.transport.peer;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordkv.base.Bytes;
import io.concordkv.transport.Frame;
import io.concordkv.transport.FrameCodec;
import io.concordkv.transport.Lane;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;

final class SendQueueTest {
  private static Frame frame(int encodedBytes) {
    var payload = new byte[encodedBytes - FrameCodec.HEADER_BYTES];
    return new Frame(Lane.DATA, 1, 1, Bytes.wrap(payload));
  }

  @Test
  void both_bounds_hold() {
    var few = new SendQueue(2, 1000);
    assertThat(few.offer(frame(20))).isTrue();
    assertThat(few.offer(frame(20))).isTrue();
    assertThat(few.offer(frame(20))).isFalse();
    var small = new SendQueue(100, 100);
    assertThat(small.offer(frame(60))).isTrue();
    assertThat(small.offer(frame(41))).isFalse();
    assertThat(small.offer(frame(40))).isTrue();
    assertThat(small.offer(frame(18))).isFalse();
  }

  @Test
  void a_frame_above_the_bound_goes_when_nothing_else_waits() {
    var queue = new SendQueue(10, 100);
    assertThat(queue.offer(frame(500))).isTrue();
    assertThat(queue.offer(frame(20))).isFalse();
    var batch = new ArrayList<Frame>();
    queue.gone(1, queue.take(batch, 50));
    assertThat(batch).hasSize(1);
    assertThat(queue.offer(frame(20))).isTrue();
    assertThat(queue.offer(frame(500))).isFalse();
  }

  @Test
  void what_was_taken_counts_until_the_connection_is_rid_of_it() {
    var queue = new SendQueue(2, 1000);
    queue.offer(frame(20));
    queue.offer(frame(30));
    var batch = new ArrayList<Frame>();
    int bytes = queue.take(batch, 1000);
    assertThat(bytes).isEqualTo(50);
    assertThat(queue.isEmpty()).isTrue();
    assertThat(queue.offer(frame(20))).isFalse();
    queue.gone(batch.size(), bytes);
    assertThat(queue.offer(frame(20))).isTrue();
  }

  @Test
  void batches_keep_the_order_and_their_size() {
    var queue = new SendQueue(100, 100_000);
    var frames = new ArrayList<Frame>();
    for (int i = 0; i < 10; i++) {
      frames.add(frame(20 + i));
      queue.offer(frames.getLast());
    }
    var taken = new ArrayList<Frame>();
    while (!queue.isEmpty()) {
      var batch = new ArrayList<Frame>();
      assertThat(queue.take(batch, 65)).isLessThanOrEqualTo(65);
      assertThat(batch).isNotEmpty();
      taken.addAll(batch);
    }
    assertThat(taken).isEqualTo(frames);
  }

  @Test
  void clearing_frees_what_waits_and_not_what_is_under_way() {
    var queue = new SendQueue(2, 1000);
    queue.offer(frame(20));
    queue.take(new ArrayList<>(), 1000);
    queue.offer(frame(20));
    queue.clear();
    assertThat(queue.isEmpty()).isTrue();
    assertThat(queue.offer(frame(20))).isTrue();
    assertThat(queue.offer(frame(20))).isFalse();
  }
}
