package io.concordkv.server.wire;

import io.concordkv.node.Header;
import io.concordkv.proto.etcdserverpb.ResponseHeader;

/// The header of an answer. The answers inside a transaction's answer have one too, with nothing
/// but a revision.
public final class Headers {
  private Headers() {}

  public static ResponseHeader of(Header header) {
    return at(header, header.revision());
  }

  /// As `header`, of another revision.
  public static ResponseHeader at(Header header, long revision) {
    return ResponseHeader.newBuilder()
        .setClusterId(header.clusterId())
        .setMemberId(header.memberId())
        .setRevision(revision)
        .setRaftTerm(header.term())
        .build();
  }

  static ResponseHeader inner(long revision) {
    return ResponseHeader.newBuilder().setRevision(revision).build();
  }
}
