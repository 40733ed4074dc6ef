package io.concordkv.client;

import io.concordkv.proto.etcdserverpb.LeaseGrantRequest;
import io.concordkv.proto.etcdserverpb.LeaseGrantResponse;
import io.concordkv.proto.etcdserverpb.LeaseGrpc;
import io.concordkv.proto.etcdserverpb.LeaseKeepAliveRequest;
import io.concordkv.proto.etcdserverpb.LeaseKeepAliveResponse;
import io.concordkv.proto.etcdserverpb.LeaseLeasesRequest;
import io.concordkv.proto.etcdserverpb.LeaseLeasesResponse;
import io.concordkv.proto.etcdserverpb.LeaseRevokeRequest;
import io.concordkv.proto.etcdserverpb.LeaseRevokeResponse;
import io.concordkv.proto.etcdserverpb.LeaseTimeToLiveRequest;
import io.concordkv.proto.etcdserverpb.LeaseTimeToLiveResponse;
import io.grpc.Status;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/// Leases: keys that end with their owner.
public final class LeaseClient {
  private final Calls calls;

  LeaseClient(Calls calls) {
    this.calls = calls;
  }

  /// Grants a lease and keeps it alive until it is closed.
  public Lease open(Duration timeToLive) {
    var granted = grant(Math.max(1, timeToLive.toSeconds()));
    return new Lease(this, granted.getID(), granted.getTTL());
  }

  public LeaseGrantResponse grant(long ttlSeconds) {
    return Calls.await(
        calls.write(
            LeaseGrpc.getLeaseGrantMethod(),
            LeaseGrantRequest.newBuilder().setTTL(ttlSeconds).build()));
  }

  public LeaseRevokeResponse revoke(long id) {
    return Calls.await(
        calls.write(
            LeaseGrpc.getLeaseRevokeMethod(), LeaseRevokeRequest.newBuilder().setID(id).build()));
  }

  /// Fails with [ClientException.Rejected] if there is no such lease, where the wire only says a
  /// time to live of zero.
  public LeaseKeepAliveResponse keepAliveOnce(long id) {
    return Calls.await(keepAliveOnceAsync(id));
  }

  public CompletableFuture<LeaseKeepAliveResponse> keepAliveOnceAsync(long id) {
    var index = calls.preferred();
    return calls
        .read(
            LeaseGrpc.getLeaseKeepAliveMethod(),
            LeaseKeepAliveRequest.newBuilder().setID(id).build())
        .thenApply(answer -> {
          if (answer.getTTL() <= 0) {
            var text = "etcdserver: requested lease not found";
            throw new ClientException.Rejected(
                Status.Code.NOT_FOUND,
                text,
                calls.endpoint(index),
                Status.NOT_FOUND.withDescription(text).asRuntimeException());
          }
          return answer;
        });
  }

  public LeaseTimeToLiveResponse timeToLive(long id, boolean keys) {
    return Calls.await(
        calls.read(
            LeaseGrpc.getLeaseTimeToLiveMethod(),
            LeaseTimeToLiveRequest.newBuilder().setID(id).setKeys(keys).build()));
  }

  public LeaseLeasesResponse list() {
    return Calls.await(
        calls.read(LeaseGrpc.getLeaseLeasesMethod(), LeaseLeasesRequest.getDefaultInstance()));
  }
}
