package io.concordkv.transport.peer;

import io.concordkv.base.Bytes;
import io.concordkv.base.CorruptionError;
import io.concordkv.transport.Frame;
import io.concordkv.transport.FrameCodec;
import io.concordkv.transport.Inbox;
import io.concordkv.transport.Lane;
import io.netty.util.concurrent.EventExecutor;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// One connection that a peer opened: greets it, hands its frames to the loop, and holds it back
/// while too much of it waits there. Called on the thread of the [Sockets].
public final class Incoming {
  /// Where the bytes come from.
  public interface Source {
    void close();

    /// Whether no more is to be read for now.
    void pause(boolean paused);

    /// Who it is, for messages.
    String remote();
  }

  private final Accepted accepted;
  private final PeerConfig config;
  private final EventExecutor thread;
  private final Inbox inbox;
  private final Source source;
  private final AtomicLong unhandledBytes = new AtomicLong();
  private final AtomicBoolean paused = new AtomicBoolean();
  private Handshake.@Nullable Hello hello;
  private List<Frame> batch = new ArrayList<>();
  private long batchBytes;
  private boolean ended;

  Incoming(Accepted accepted, PeerConfig config, EventExecutor thread, Inbox inbox, Source source) {
    this.accepted = accepted;
    this.config = config;
    this.thread = thread;
    this.inbox = inbox;
    this.source = source;
  }

  /// What to answer to the peer's first words. Null: they were no hello, and the connection is
  /// closed. If it is not welcome, the connection is to be closed behind the answer.
  public Handshake.@Nullable Answer greet(Bytes words) {
    var said = Handshake.readHello(words);
    if (said == null) {
      refuse("it does not speak this protocol");
      return null;
    }
    var answer = answer(said);
    if (answer == Handshake.Answer.WELCOME) {
      hello = said;
      accepted.keep(said, this);
    } else {
      ended = true;
      config
          .problems()
          .accept(
              "refused peer=%x cluster=%x version=%d who asked for node=%x: %s"
                  .formatted(
                      said.from(), said.cluster(), said.version(), said.to(), answer.name()));
    }
    return answer;
  }

  private Handshake.Answer answer(Handshake.Hello said) {
    if (said.version() != Handshake.VERSION) {
      return Handshake.Answer.OTHER_VERSION;
    } else if (said.cluster() != config.cluster()) {
      return Handshake.Answer.OTHER_CLUSTER;
    } else if (said.to() != config.self()) {
      return Handshake.Answer.OTHER_NODE;
    } else if (said.from() == config.self()) {
      return Handshake.Answer.SAME_NODE;
    } else if (accepted.roster().removed().contains(said.from())) {
      return Handshake.Answer.REMOVED;
    }
    // Who has not published itself yet has no birth here.
    long birth = accepted.roster().births().getOrDefault(said.from(), 0L);
    return birth == 0 || birth == said.birth()
        ? Handshake.Answer.WELCOME
        : Handshake.Answer.LOST_ITS_DATA;
  }

  /// What is answered to who asks for the members.
  public Roster.Page page() {
    return accepted.roster().page();
  }

  /// Reads the frames that are there as a whole; what follows stays in `in`. Damage closes the
  /// connection: where the next frame begins cannot be known any more, and the peer dials again.
  public void read(ByteBuffer in) {
    int end = in.limit();
    try {
      while (!ended) {
        int bytes = FrameCodec.frameBytes(in, config.maxFrameBytes());
        if (bytes == 0 || bytes > in.remaining()) {
          return;
        }
        in.limit(in.position() + bytes);
        batch.add(FrameCodec.decode(in, config.maxFrameBytes()));
        in.limit(end);
        batchBytes += bytes;
      }
    } catch (CorruptionError damaged) {
      refuse(damaged.toString());
    }
    in.limit(end).position(end);
  }

  /// Hands what was read to the loop, in one task.
  public void handOver() {
    var from = hello;
    if (from == null || batch.isEmpty()) {
      return;
    }
    long bytes = batchBytes;
    var frames = batch;
    batch = new ArrayList<>(Math.min(frames.size(), 256));
    batchBytes = 0;
    var lane = from.lane();
    if (unhandledBytes.addAndGet(bytes) > config.queueBytes(lane)) {
      paused.set(true);
      source.pause(true);
    }
    inbox.add(from.from(), lane, frames, () -> handled(lane, bytes));
  }

  private void handled(Lane lane, long bytes) {
    if (unhandledBytes.addAndGet(-bytes) <= config.queueBytes(lane) / 2
        && paused.compareAndSet(true, false)) {
      thread.execute(() -> source.pause(false));
    }
  }

  /// Says why, and closes.
  public void refuse(String why) {
    if (!ended) {
      config.problems().accept("closed a connection from " + source.remote() + ": " + why);
      close();
    }
  }

  /// The connection is gone.
  public void gone() {
    ended = true;
    accepted.forget(hello, this);
  }

  void expire() {
    if (hello == null) {
      close();
    }
  }

  void close() {
    ended = true;
    source.close();
  }
}
