package io.concordkv.transport.grpc;

import io.concordkv.base.Bytes;
import io.concordkv.transport.peer.Accepted;
import io.concordkv.transport.peer.Incoming;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/// A call that a peer opened, from when it is let in to its end. Called on the transport's thread.
abstract class GrpcSource extends ServerCall.Listener<Bytes> implements Incoming.Source {
  final ServerCall<Bytes, Bytes> call;
  @Nullable Incoming incoming;
  boolean over;

  GrpcSource(ServerCall<Bytes, Bytes> call) {
    this.call = call;
  }

  /// Lets it in, if there is room, and wants its first message.
  final ServerCall.Listener<Bytes> begin(Accepted accepted) {
    incoming = accepted.admit(this);
    if (incoming == null) {
      close();
    } else {
      ask();
    }
    return this;
  }

  void ask() {
    call.request(1);
  }

  @Override
  public final void onCancel() {
    ended();
  }

  @Override
  public final void onComplete() {
    ended();
  }

  private void ended() {
    over = true;
    if (incoming != null) {
      incoming.gone();
    }
  }

  @Override
  public final void close() {
    if (!over) {
      over = true;
      call.close(Status.UNAVAILABLE.withDescription("closed"), new Metadata());
    }
  }

  @Override
  public final String remote() {
    return String.valueOf(call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR));
  }
}
