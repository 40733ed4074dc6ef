package io.concordkv.transport;

import io.concordkv.base.Check;
import io.concordkv.base.env.Scheduler;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What has arrived at a node and waits for its loop. Batches of the same lane are handled in the
/// order in which they came; of several lanes the earlier one goes first. Who adds keeps what waits
/// within bounds.
///
/// Thread safety: any thread may add; the receiver is called on the loop.
public final class Inbox {
  private final Scheduler loop;
  private final List<ConcurrentLinkedQueue<Batch>> lanes;
  private final Runnable turn = this::handleNext;
  private volatile @Nullable Receiver receiver;
  private volatile boolean closed;

  private record Batch(long from, List<Frame> frames, Runnable then) {}

  public Inbox(Scheduler loop) {
    this.loop = loop;
    lanes = Stream.of(Lane.values()).map(_ -> new ConcurrentLinkedQueue<Batch>()).toList();
  }

  /// As [Transport#onFrame].
  public void onFrame(Receiver to) {
    Check.that(receiver == null, "a transport has one receiver");
    receiver = to;
  }

  /// Hands frames over, in one task; `then` runs behind it, also on the loop.
  public void add(long from, Lane lane, List<Frame> frames, Runnable then) {
    lanes.get(lane.code()).add(new Batch(from, frames, then));
    // One task for each batch, but not for this one: whichever is the most urgent then.
    loop.post(turn);
  }

  /// What was not handed over yet is dropped.
  public void close() {
    closed = true;
  }

  private void handleNext() {
    for (var lane : lanes) {
      var batch = lane.poll();
      if (batch != null) {
        handle(batch);
        return;
      }
    }
  }

  private void handle(Batch batch) {
    var to = receiver;
    if (to != null) {
      for (var frame : batch.frames) {
        if (closed) {
          return;
        }
        to.receive(batch.from, frame);
      }
    }
    batch.then.run();
  }
}
