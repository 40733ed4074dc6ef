package io.concordkv.transport;

import static io.concordkv.stress.Stress.shared;
import static io.concordkv.stress.Stress.together;

import io.concordkv.base.Bytes;
import io.concordkv.base.Check;
import io.concordkv.base.env.Scheduler;
import io.concordkv.base.env.Timer;
import io.concordkv.stress.Stress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;

final class InboxStressTest {
  private static final class Posted implements Scheduler {
    final ConcurrentLinkedQueue<Runnable> tasks = new ConcurrentLinkedQueue<>();

    @Override
    public void post(Runnable task) {
      tasks.add(task);
    }

    @Override
    public Timer after(Duration delay, Runnable task) {
      throw new UnsupportedOperationException();
    }

    void runOne() {
      var task = tasks.poll();
      if (task != null) {
        task.run();
      }
    }
  }

  private static void add(Inbox inbox, Lane lane, int kind) {
    inbox.add(7, lane, List.of(new Frame(lane, 1, kind, Bytes.EMPTY)), () -> {});
  }

  @Test
  void all_that_comes_in_is_handed_over_once_and_a_lane_keeps_its_order() {
    Stress.told(() -> {
      var loop = shared(new Posted());
      var inbox = shared(new Inbox(loop));
      var got = shared(new ArrayList<Integer>());
      inbox.onFrame((_, frame) -> got.add(frame.kind()));
      together(
          () -> {
            loop.runOne();
            loop.runOne();
          },
          () -> {
            add(inbox, Lane.DATA, 1);
            add(inbox, Lane.DATA, 2);
          },
          () -> add(inbox, Lane.CONTROL, 3));
      for (int i = 0; i < 3; i++) {
        loop.runOne();
      }
      Check.that(got.size() == 3 && got.contains(3), "each is handed over once");
      Check.that(got.indexOf(1) < got.indexOf(2), "a lane keeps its order");
    });
  }
}
