package io.concordkv.server.rpc;

import io.grpc.Status;

/// What a client sent: a message, or something for which the call is ended at once.
sealed interface Received<Q> {
  /// @param bytes its size on the wire
  record Message<Q>(Q value, int bytes) implements Received<Q> {}

  record Refused<Q>(Status why) implements Received<Q> {}
}
