package io.concordkv.replica;

import io.concordkv.base.env.Env;
import io.concordkv.base.env.Workers;
import io.concordkv.replica.wire.StreamFrame;
import io.concordkv.replica.wire.StreamFrame.State;
import io.concordkv.replica.wire.StreamFrame.StreamId;
import java.util.ArrayDeque;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Takes in a state, part by part and in order, on a worker. What comes out of order is not taken:
/// the sender sends it again.
final class IncomingSnapshot {
  private static final int MAX_QUEUED = OutgoingSnapshot.WINDOW;

  private final Env env;
  private final long from;
  private final StreamId id;
  private final SnapshotSink sink;
  private final Consumer<StreamFrame> reply;
  private final Consumer<StreamFrame.End> complete;

  /// Chunks and offers.
  private final ArrayDeque<StreamFrame> queue = new ArrayDeque<>();

  private StreamFrame.@Nullable End end;
  private long takenIn;

  /// The offer of this part was refused, so only the part itself helps. -1 if there is none.
  private long wanted = -1;

  private boolean working;
  private boolean sealed;
  private boolean over;
  private long silentTicks;

  /// @param from the member that sends it
  /// @param complete is told once everything is there and durable
  IncomingSnapshot(
      Env env,
      long from,
      StreamId id,
      SnapshotSink sink,
      Consumer<StreamFrame> reply,
      Consumer<StreamFrame.End> complete) {
    this.env = env;
    this.from = from;
    this.id = id;
    this.sink = sink;
    this.reply = reply;
    this.complete = complete;
  }

  boolean is(long sender, StreamId stream) {
    return from == sender && id.equals(stream);
  }

  /// The sink of a stream that is complete; whoever takes it is responsible for it.
  SnapshotSink takeSink() {
    over = true;
    return sink;
  }

  void chunk(StreamFrame.Chunk chunk) {
    part(chunk, chunk.sequence());
  }

  void offer(StreamFrame.Offer offer) {
    if (offer.sequence() == wanted && !over) {
      silentTicks = 0;
      report(State.WANTED);
    } else {
      part(offer, offer.sequence());
    }
  }

  private void part(StreamFrame part, long sequence) {
    if (over || sealed) {
      return;
    }
    silentTicks = 0;
    if (sequence == expected() && queue.size() < MAX_QUEUED && end == null) {
      queue.add(part);
      work();
    } else if (sequence < takenIn) {
      report(State.GOING_ON);
    }
  }

  private long expected() {
    return takenIn + queue.size() + (working ? 1 : 0);
  }

  void end(StreamFrame.End last) {
    if (over || sealed) {
      return;
    }
    silentTicks = 0;
    if (last.chunks() == expected()) {
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
    var next = queue.poll();
    var last = end;
    if (next instanceof StreamFrame.Chunk(_, _, var bytes)) {
      wanted = -1;
      run(
          () -> {
            sink.add(bytes);
            return true;
          },
          this::added);
    } else if (next instanceof StreamFrame.Offer(_, _, var name, var digest)) {
      run(() -> sink.addOwn(name, digest), this::added);
    } else if (last != null && !sealed) {
      sealed = true;
      run(
          () -> {
            sink.seal();
            return true;
          },
          _ -> complete.accept(last));
    }
  }

  private void added(boolean had) {
    if (had) {
      takenIn++;
      report(State.GOING_ON);
      work();
    } else {
      // What is queued behind it comes again, with it.
      queue.clear();
      end = null;
      wanted = takenIn;
      report(State.WANTED);
    }
  }

  private void run(BooleanSupplier job, Consumer<Boolean> then) {
    working = true;
    env.workers()
        .run(
            Workers.Lane.BACKGROUND,
            job::getAsBoolean,
            env.loop(),
            result -> {
              working = false;
              if (over) {
                sink.abandon();
              } else {
                then.accept(result);
              }
            });
  }

  private void report(State state) {
    reply.accept(new StreamFrame.Progress(id, takenIn, state));
  }
}
