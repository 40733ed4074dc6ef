package io.concordkv.replica;

import io.concordkv.base.Bytes;
import io.concordkv.base.env.Env;
import io.concordkv.base.env.Workers;
import io.concordkv.replica.wire.StreamFrame;
import io.concordkv.replica.wire.StreamFrame.State;
import io.concordkv.replica.wire.StreamFrame.StreamId;
import java.util.ArrayDeque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Takes in a state, chunk by chunk and in order, on a worker. What comes out of order is not
/// taken: the sender sends it again.
final class IncomingSnapshot {
  private static final int MAX_QUEUED = 4;

  private final Env env;
  private final StreamId id;
  private final SnapshotSink sink;
  private final Consumer<StreamFrame> reply;
  private final Consumer<StreamFrame.End> complete;
  private final ArrayDeque<Bytes> queue = new ArrayDeque<>();
  private StreamFrame.@Nullable End end;
  private long takenIn;
  private boolean working;
  private boolean sealed;
  private boolean over;
  private long silentTicks;

  /// @param complete is told once everything is there and durable
  IncomingSnapshot(
      Env env,
      StreamId id,
      SnapshotSink sink,
      Consumer<StreamFrame> reply,
      Consumer<StreamFrame.End> complete) {
    this.env = env;
    this.id = id;
    this.sink = sink;
    this.reply = reply;
    this.complete = complete;
  }

  StreamId id() {
    return id;
  }

  /// The sink of a stream that is complete; whoever takes it is responsible for it.
  SnapshotSink takeSink() {
    over = true;
    return sink;
  }

  void chunk(StreamFrame.Chunk chunk) {
    if (over || sealed) {
      return;
    }
    silentTicks = 0;
    long expected = takenIn + queue.size() + (working ? 1 : 0);
    if (chunk.sequence() == expected && queue.size() < MAX_QUEUED && end == null) {
      queue.add(chunk.bytes());
      work();
    } else if (chunk.sequence() < takenIn) {
      report();
    }
  }

  void end(StreamFrame.End last) {
    if (over || sealed) {
      return;
    }
    silentTicks = 0;
    if (last.chunks() == takenIn + queue.size() + (working ? 1 : 0)) {
      end = last;
      work();
    }
  }

  /// How long nothing was heard.
  long tick() {
    return ++silentTicks;
  }

  void abandon() {
    if (!over) {
      over = true;
      if (!working) {
        sink.abandon();
      }
    }
  }

  private void work() {
    if (working || over) {
      return;
    }
    var chunk = queue.poll();
    var last = end;
    if (chunk != null) {
      run(
          () -> sink.add(chunk),
          () -> {
            takenIn++;
            report();
            work();
          });
    } else if (last != null && !sealed) {
      sealed = true;
      run(sink::seal, () -> complete.accept(last));
    }
  }

  private void run(Runnable job, Runnable then) {
    working = true;
    env.workers()
        .run(
            Workers.Lane.BACKGROUND,
            () -> {
              job.run();
              return true;
            },
            env.loop(),
            _ -> {
              working = false;
              if (over) {
                sink.abandon();
              } else {
                then.run();
              }
            });
  }

  private void report() {
    reply.accept(new StreamFrame.Progress(id, takenIn, State.GOING_ON));
  }
}
