package io.concordkv.transport.grpc;

import io.concordkv.base.Bytes;
import io.concordkv.transport.Frame;
import io.concordkv.transport.FrameCodec;
import io.concordkv.transport.peer.Handshake;
import io.concordkv.transport.peer.Line;
import io.concordkv.transport.peer.Sockets;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.netty.util.concurrent.EventExecutor;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One call on a channel of its own: a hello, its answer, then frames.
///
/// gRPC may call back on any thread and while a method is called; what matters goes through the
/// transport's thread.
final class GrpcLine extends ClientCall.Listener<Bytes> implements Line {
  private static final int UNSENT_BYTES = 512 << 10;

  private final ManagedChannel channel;
  private final EventExecutor thread;
  private final Events events;
  private final ClientCall<Bytes, Bytes> call;
  private boolean opened;
  private boolean closedHere;
  private String problem = "";

  private GrpcLine(ManagedChannel channel, EventExecutor thread, Events events) {
    this.channel = channel;
    this.thread = thread;
    this.events = events;
    call =
        channel.newCall(RawMessages.CARRY, CallOptions.DEFAULT.withOnReadyThreshold(UNSENT_BYTES));
  }

  static Line dial(
      ManagedChannel channel, EventExecutor thread, Handshake.Hello hello, Events events) {
    var line = new GrpcLine(channel, thread, events);
    line.call.start(line, new Metadata());
    line.call.request(1);
    line.call.sendMessage(Handshake.write(hello));
    return line;
  }

  @Override
  public boolean writable() {
    return call.isReady();
  }

  @Override
  public void write(List<Frame> frames, int bytes, Runnable gone) {
    var message = new byte[bytes];
    var out = ByteBuffer.wrap(message);
    for (var frame : frames) {
      FrameCodec.encode(frame, out);
    }
    call.sendMessage(Bytes.wrap(message));
    // What gRPC holds from here on is bounded by its readiness.
    gone.run();
  }

  /// Each message is flushed as it is sent.
  @Override
  public void flush() {}

  @Override
  public void close() {
    closedHere = true;
    call.cancel("closed", null);
  }

  @Override
  public void onMessage(Bytes message) {
    thread.execute(() -> answered(Handshake.readAnswer(message)));
  }

  private void answered(Handshake.@Nullable Answer answer) {
    if (answer == Handshake.Answer.WELCOME) {
      opened = true;
      events.opened();
    } else {
      problem = Handshake.refusal(answer);
      events.refused(answer);
      call.cancel(problem, null);
    }
  }

  @Override
  public void onReady() {
    thread.execute(() -> {
      if (opened) {
        events.writable();
      }
    });
  }

  @Override
  public void onClose(Status status, Metadata trailers) {
    thread.execute(() -> ended(status));
  }

  private void ended(Status status) {
    channel.shutdownNow();
    var cause = status.getCause();
    boolean closedByPeer = cause == null || Sockets.brokenByPeer(cause);
    if (problem.isEmpty() && !(opened && closedByPeer)) {
      problem = (opened ? "connection failed: " : "cannot connect: ") + reason(status);
    }
    events.ended(
        opened && !closedHere && closedByPeer && problem.isEmpty(), closedHere ? "" : problem);
  }

  static String reason(Status status) {
    var cause = status.getCause();
    return cause == null
        ? status.getCode() + " " + status.getDescription()
        : String.valueOf(cause.getMessage());
  }
}
