package io.concordkv.transport.grpc;

import io.concordkv.base.Bytes;
import io.concordkv.transport.peer.Accepted;
import io.concordkv.transport.peer.Handshake;
import io.concordkv.transport.peer.Incoming;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/// Reads one call of a peer: a hello, then frames, a message at a time. Called on the transport's
/// thread.
final class GrpcIncoming extends ServerCall.Listener<Bytes> implements Incoming.Source {
  private final ServerCall<Bytes, Bytes> call;
  private @Nullable Incoming incoming;
  private boolean greeted;
  private boolean paused;
  private boolean asked;
  private boolean over;

  private GrpcIncoming(ServerCall<Bytes, Bytes> call) {
    this.call = call;
  }

  static ServerCall.Listener<Bytes> start(ServerCall<Bytes, Bytes> call, Accepted accepted) {
    var source = new GrpcIncoming(call);
    source.incoming = accepted.admit(source);
    if (source.incoming == null) {
      source.close();
    } else {
      source.ask();
    }
    return source;
  }

  private void ask() {
    if (!paused && !asked && !over) {
      asked = true;
      call.request(1);
    }
  }

  @Override
  public void onMessage(Bytes message) {
    asked = false;
    var to = incoming;
    if (over || to == null) {
      return;
    }
    if (greeted) {
      var bytes = message.toByteBuffer();
      to.read(bytes);
      to.handOver();
      if (bytes.hasRemaining()) {
        to.refuse("damaged message: it ends within a frame");
      }
    } else {
      greet(to, message);
    }
    ask();
  }

  private void greet(Incoming to, Bytes words) {
    var answer = to.greet(words);
    greeted = answer == Handshake.Answer.WELCOME;
    if (answer != null) {
      call.sendHeaders(new Metadata());
      call.sendMessage(Handshake.write(answer));
    }
    if (!greeted) {
      close();
    }
  }

  @Override
  public void onHalfClose() {
    close();
  }

  @Override
  public void onCancel() {
    ended();
  }

  @Override
  public void onComplete() {
    ended();
  }

  private void ended() {
    over = true;
    if (incoming != null) {
      incoming.gone();
    }
  }

  @Override
  public void close() {
    if (!over) {
      over = true;
      call.close(Status.UNAVAILABLE.withDescription("closed"), new Metadata());
    }
  }

  @Override
  public void pause(boolean paused) {
    this.paused = paused;
    ask();
  }

  @Override
  public String remote() {
    return String.valueOf(call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR));
  }
}
