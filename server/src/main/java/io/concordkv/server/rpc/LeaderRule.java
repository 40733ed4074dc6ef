package io.concordkv.server.rpc;

import io.grpc.Metadata;
import java.util.function.Consumer;

/// Clients can ask with `hasleader: true` not to be served by a node that knows no leader.
final class LeaderRule {
  private static final Metadata.Key<String> HAS_LEADER =
      Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER);

  /// Written by the node's loop, read by any thread.
  private volatile boolean known;

  /// `observe` is given whom to tell, now and at each change, whether a leader is known.
  LeaderRule(Consumer<Consumer<Boolean>> observe) {
    observe.accept(leader -> known = leader);
  }

  static boolean askedFor(Metadata headers) {
    return "true".equals(headers.get(HAS_LEADER));
  }

  boolean refuses(Metadata headers) {
    return askedFor(headers) && !known;
  }

  boolean hasLeader() {
    return known;
  }
}
