package io.concordkv.transport.peer;

import static io.concordkv.stress.Stress.shared;
import static io.concordkv.stress.Stress.together;

import io.concordkv.base.Bytes;
import io.concordkv.base.Check;
import io.concordkv.stress.Stress;
import io.concordkv.transport.Frame;
import io.concordkv.transport.FrameCodec;
import io.concordkv.transport.Lane;
import java.util.ArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class SendQueueStressTest {
  private static final Frame FRAME = new Frame(Lane.DATA, 1, 1, Bytes.of("some"));

  @Test
  void there_are_never_more_frames_than_allowed_and_each_is_taken_once() {
    Stress.told(() -> {
      var queue = shared(new SendQueue(1, 1 << 20));
      var entered = new AtomicInteger();
      Runnable offers = () -> entered.addAndGet(queue.offer(FRAME) ? 1 : 0);
      together(offers, offers);
      Check.that(entered.get() <= 1, "there is room for one");
      var batch = new ArrayList<Frame>();
      int bytes = queue.take(batch, 1 << 20);
      queue.gone(batch.size(), bytes);
      Check.that(batch.size() == entered.get(), "what has entered is taken");
      Check.that(queue.offer(FRAME), "there is room again");
    });
  }

  @Test
  void the_bytes_of_all_that_wait_keep_to_their_bound() {
    int each = FrameCodec.encodedBytes(FRAME);
    Stress.told(() -> {
      var queue = shared(new SendQueue(100, 2L * each - 1));
      var entered = new AtomicInteger();
      Runnable offers = () -> entered.addAndGet(queue.offer(FRAME) ? 1 : 0);
      together(offers, offers);
      Check.that(entered.get() <= 1, "two do not fit");
    });
  }

  @Test
  void what_is_offered_while_others_leave_is_counted_right() {
    Stress.told(() -> {
      var queue = shared(new SendQueue(2, 1 << 20));
      var offered = new AtomicInteger();
      Check.that(queue.offer(FRAME), "it is empty");
      together(
          () -> {
            var batch = new ArrayList<Frame>();
            int bytes = queue.take(batch, 1 << 20);
            queue.gone(batch.size(), bytes);
          },
          () -> offered.addAndGet(queue.offer(FRAME) ? 1 : 0));
      queue.clear();
      Check.that(offered.get() == 1, "there was room");
      Check.that(queue.offer(FRAME), "all is gone");
      Check.that(queue.offer(FRAME), "there are two places");
      Check.that(!queue.offer(FRAME), "and no more than all");
    });
  }
}
