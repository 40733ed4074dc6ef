package io.concordkv.server.rpc;

import io.concordkv.node.Node;
import io.grpc.Metadata;

/// Clients can ask with `hasleader: true` not to be served by a node that knows no leader.
final class LeaderRule {
  private static final Metadata.Key<String> HAS_LEADER =
      Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER);

  private final Node node;

  LeaderRule(Node node) {
    this.node = node;
  }

  static boolean askedFor(Metadata headers) {
    return "true".equals(headers.get(HAS_LEADER));
  }

  boolean refuses(Metadata headers) {
    return askedFor(headers) && !node.hasLeader();
  }

  boolean hasLeader() {
    return node.hasLeader();
  }
}
