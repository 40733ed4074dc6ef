package io.concordkv.server.rpc;

import io.concordkv.base.ConcordException;
import io.concordkv.base.ErrorCode;
import io.concordkv.node.Reply;
import io.concordkv.server.wire.Statuses;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.util.function.Function;

/// A call that waits for its one answer. Exactly one of its methods is called, once. To a client
/// that is gone nothing is sent.
final class UnaryCall<A> {
  private final ServerCall<?, A> call;
  private final int requestBytes;

  UnaryCall(ServerCall<?, A> call, int requestBytes) {
    this.call = call;
    this.requestBytes = requestBytes;
  }

  /// The size of the request on the wire.
  int requestBytes() {
    return requestBytes;
  }

  void answer(A message) {
    if (call.isCancelled()) {
      return;
    }
    call.sendHeaders(new Metadata());
    call.sendMessage(message);
    call.close(Status.OK, new Metadata());
  }

  void fail(ErrorCode code) {
    fail(Statuses.of(code));
  }

  void fail(Status status) {
    if (!call.isCancelled()) {
      call.close(status, new Metadata());
    }
  }

  /// Answers with what `map` makes of the node's reply.
  <T> Reply<T> reply(Function<T, A> map) {
    return new Reply<>() {
      @Override
      public void done(T answer) {
        UnaryCall.this.answer(map.apply(answer));
      }

      @Override
      public void failed(ConcordException error) {
        fail(error.code());
      }
    };
  }
}
