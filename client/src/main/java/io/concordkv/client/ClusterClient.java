package io.concordkv.client;

import io.concordkv.proto.etcdserverpb.ClusterGrpc;
import io.concordkv.proto.etcdserverpb.MemberListRequest;
import io.concordkv.proto.etcdserverpb.MemberListResponse;
import java.util.concurrent.CompletableFuture;

/// Who belongs to the cluster.
public final class ClusterClient {
  private final Calls calls;

  ClusterClient(Calls calls) {
    this.calls = calls;
  }

  public MemberListResponse members() {
    return Calls.await(membersAsync(true));
  }

  /// @param linearizable false: what the member asked knows, even without a leader
  public CompletableFuture<MemberListResponse> membersAsync(boolean linearizable) {
    var request = MemberListRequest.newBuilder().setLinearizable(linearizable).build();
    return calls.read(ClusterGrpc.getMemberListMethod(), request);
  }
}
