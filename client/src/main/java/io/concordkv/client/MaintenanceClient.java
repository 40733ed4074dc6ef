package io.concordkv.client;

import io.concordkv.proto.etcdserverpb.HashKVRequest;
import io.concordkv.proto.etcdserverpb.HashKVResponse;
import io.concordkv.proto.etcdserverpb.MaintenanceGrpc;
import io.concordkv.proto.etcdserverpb.MoveLeaderRequest;
import io.concordkv.proto.etcdserverpb.MoveLeaderResponse;
import io.concordkv.proto.etcdserverpb.StatusRequest;
import io.concordkv.proto.etcdserverpb.StatusResponse;
import io.concordkv.proto.v1.SaveSnapshotRequest;
import io.concordkv.proto.v1.SaveSnapshotResponse;
import io.concordkv.proto.v1.SnapshotsGrpc;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/// Questions to one member about itself, and orders to the leader.
public final class MaintenanceClient {
  private final Calls calls;

  MaintenanceClient(Calls calls) {
    this.calls = calls;
  }

  public List<Endpoint> endpoints() {
    return calls.options().endpoints();
  }

  public StatusResponse status(Endpoint endpoint) {
    return Calls.await(statusAsync(endpoint));
  }

  public CompletableFuture<StatusResponse> statusAsync(Endpoint endpoint) {
    return calls.readAt(
        calls.indexOf(endpoint),
        MaintenanceGrpc.getStatusMethod(),
        StatusRequest.getDefaultInstance());
  }

  /// @param revision 0: the member's newest
  public HashKVResponse hashKv(Endpoint endpoint, long revision) {
    var request = HashKVRequest.newBuilder().setRevision(revision).build();
    return Calls.await(
        calls.readAt(calls.indexOf(endpoint), MaintenanceGrpc.getHashKVMethod(), request));
  }

  /// Has the member at `endpoint` save what it has, in a directory of its own.
  ///
  /// @param base the name of an earlier snapshot there, whose files are not kept twice; empty: none
  public SaveSnapshotResponse saveSnapshot(Endpoint endpoint, String name, String base) {
    var request = SaveSnapshotRequest.newBuilder().setName(name).setBase(base).build();
    return Calls.await(
        calls.readAt(calls.indexOf(endpoint), SnapshotsGrpc.getSaveMethod(), request));
  }

  /// Only the leader itself can do this: `leader` is its endpoint.
  public MoveLeaderResponse moveLeader(Endpoint leader, long target) {
    var request = MoveLeaderRequest.newBuilder().setTargetID(target).build();
    return Calls.await(
        calls.readAt(calls.indexOf(leader), MaintenanceGrpc.getMoveLeaderMethod(), request));
  }
}
