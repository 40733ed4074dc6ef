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

  /// @param linearizable false: what the member asked knows, even without a leader
  public MemberListResponse members(boolean linearizable) {
    return Calls.await(membersAsync(linearizable));
  }

  public CompletableFuture<MemberListResponse> membersAsync(boolean linearizable) {
    var request = MemberListRequest.newBuilder().setLinearizable(linearizable).build();
    return calls.read(ClusterGrpc.getMemberListMethod(), request);
  }
}
