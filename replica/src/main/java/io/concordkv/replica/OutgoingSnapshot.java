package io.concordkv.replica;

import io.concordkv.base.Bytes;
import io.concordkv.base.env.Env;
import io.concordkv.base.env.Workers;
import io.concordkv.replica.wire.StreamFrame;
import io.concordkv.replica.wire.StreamFrame.StreamId;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.function.Consumer;

/// Sends a state to one follower: a few chunks at a time, the next when one was taken in, all that
/// is under way again when nothing is heard (go-back-N).
final class OutgoingSnapshot {
  private static final int WINDOW = 4;

  private final Env env;
  private final StreamId id;
  private final SnapshotSource source;
  private final long patienceTicks;
  private final Consumer<StreamFrame> send;
  private final Consumer<Boolean> ended;
  private final ArrayDeque<Bytes> underWay = new ArrayDeque<>();
  private long firstUnderWay;
  private boolean reading;
  private boolean readAll;
  private boolean over;
  private long silentTicks;

  /// @param patienceTicks after so long without a word everything is sent again; after many times
  ///   that, the follower is given up
  /// @param ended is told once whether the follower has it all
  OutgoingSnapshot(
      Env env,
      StreamId id,
      SnapshotSource source,
      long patienceTicks,
      Consumer<StreamFrame> send,
      Consumer<Boolean> ended) {
    this.env = env;
    this.id = id;
    this.source = source;
    this.patienceTicks = patienceTicks;
    this.send = send;
    this.ended = ended;
  }

  StreamId id() {
    return id;
  }

  void start() {
    read();
  }

  void progress(StreamFrame.Progress progress) {
    if (over || !progress.stream().equals(id)) {
      return;
    }
    switch (progress.state()) {
      case INSTALLED -> end(true);
      case FAILED -> end(false);
      case GOING_ON -> {
        silentTicks = 0;
        while (firstUnderWay < progress.next() && !underWay.isEmpty()) {
          underWay.remove();
          firstUnderWay++;
        }
        if (underWay.isEmpty() && readAll) {
          sendEnd();
        }
        read();
      }
    }
  }

  void tick() {
    if (over) {
      return;
    }
    silentTicks++;
    // Making all of it durable at the other end takes longer than taking in a chunk.
    long limit = patienceTicks * (readAll && underWay.isEmpty() ? 60 : 6);
    if (silentTicks >= limit) {
      env.reached("snapshot/given-up-by-sender");
      end(false);
    } else if (silentTicks % patienceTicks == 0 || env.fault("snapshot/early-repeat")) {
      long sequence = firstUnderWay;
      env.reached("snapshot/repeated");
      for (var chunk : underWay) {
        send.accept(new StreamFrame.Chunk(id, sequence++, chunk));
      }
      if (underWay.isEmpty() && readAll) {
        sendEnd();
      }
    }
  }

  /// Gives up without telling anybody.
  void abandon() {
    if (!over) {
      over = true;
      closeWhenIdle();
    }
  }

  private void read() {
    if (over || reading || readAll || underWay.size() >= WINDOW) {
      return;
    }
    reading = true;
    env.workers()
        .run(
            Workers.Lane.BACKGROUND,
            () -> Optional.ofNullable(source.next()),
            env.loop(),
            this::haveRead);
  }

  private void haveRead(Optional<Bytes> chunk) {
    reading = false;
    if (over) {
      source.close();
    } else if (chunk.isPresent()) {
      underWay.add(chunk.get());
      send.accept(new StreamFrame.Chunk(id, firstUnderWay + underWay.size() - 1, chunk.get()));
      read();
    } else {
      readAll = true;
      if (underWay.isEmpty()) {
        sendEnd();
      }
    }
  }

  private void sendEnd() {
    send.accept(new StreamFrame.End(id, firstUnderWay, source.mark()));
  }

  private void end(boolean delivered) {
    over = true;
    closeWhenIdle();
    ended.accept(delivered);
  }

  private void closeWhenIdle() {
    if (!reading) {
      source.close();
    }
  }
}
