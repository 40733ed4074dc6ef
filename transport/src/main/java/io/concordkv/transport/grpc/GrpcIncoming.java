package io.concordkv.transport.grpc;

import io.concordkv.base.Bytes;
import io.concordkv.transport.peer.Handshake;
import io.concordkv.transport.peer.Incoming;
import io.grpc.Metadata;
import io.grpc.ServerCall;

/// Reads one call of a peer: a hello, then frames, a message at a time. Called on the transport's
/// thread.
final class GrpcIncoming extends GrpcSource {
  private boolean greeted;
  private boolean paused;
  private boolean asked;

  GrpcIncoming(ServerCall<Bytes, Bytes> call) {
    super(call);
  }

  @Override
  void ask() {
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
  public void pause(boolean paused) {
    this.paused = paused;
    ask();
  }
}
