package io.concordkv.server.rpc;

import io.concordkv.mvcc.Mutation;
import io.concordkv.mvcc.Result;
import io.concordkv.node.Answer;
import io.concordkv.node.LeaseState;
import io.concordkv.node.Node;
import io.concordkv.proto.etcdserverpb.LeaseGrantRequest;
import io.concordkv.proto.etcdserverpb.LeaseGrantResponse;
import io.concordkv.proto.etcdserverpb.LeaseGrpc;
import io.concordkv.proto.etcdserverpb.LeaseKeepAliveRequest;
import io.concordkv.proto.etcdserverpb.LeaseLeasesRequest;
import io.concordkv.proto.etcdserverpb.LeaseLeasesResponse;
import io.concordkv.proto.etcdserverpb.LeaseRevokeRequest;
import io.concordkv.proto.etcdserverpb.LeaseRevokeResponse;
import io.concordkv.proto.etcdserverpb.LeaseStatus;
import io.concordkv.proto.etcdserverpb.LeaseTimeToLiveRequest;
import io.concordkv.proto.etcdserverpb.LeaseTimeToLiveResponse;
import io.concordkv.server.wire.ByteStrings;
import io.concordkv.server.wire.Headers;
import io.grpc.ServerServiceDefinition;
import java.util.List;

/// Leases.
final class LeaseService {
  private final Node node;
  private final OpenStreams streams;

  LeaseService(Node node, OpenStreams streams) {
    this.node = node;
    this.streams = streams;
  }

  ServerServiceDefinition bind(ServiceBuilder service) {
    return service
        .unary(LeaseGrpc.getLeaseGrantMethod(), LeaseGrantRequest.parser(), this::grant)
        .unary(LeaseGrpc.getLeaseRevokeMethod(), LeaseRevokeRequest.parser(), this::revoke)
        .stream(
            LeaseGrpc.getLeaseKeepAliveMethod(),
            LeaseKeepAliveRequest.parser(),
            (call, headers) -> KeepAliveCall.start(call, headers, node, streams))
        .unary(
            LeaseGrpc.getLeaseTimeToLiveMethod(), LeaseTimeToLiveRequest.parser(), this::timeToLive)
        .unary(LeaseGrpc.getLeaseLeasesMethod(), LeaseLeasesRequest.parser(), this::leases)
        .build();
  }

  private void grant(LeaseGrantRequest request, UnaryCall<LeaseGrantResponse> call) {
    node.grantLease(request.getID(), request.getTTL(), call.reply(LeaseService::granted));
  }

  private static LeaseGrantResponse granted(Answer<Result> answer) {
    var granted = (Result.Granted) answer.value();
    return LeaseGrantResponse.newBuilder()
        .setHeader(Headers.at(answer.header(), granted.revision()))
        .setID(granted.id())
        .setTTL(granted.ttlSeconds())
        .build();
  }

  private void revoke(LeaseRevokeRequest request, UnaryCall<LeaseRevokeResponse> call) {
    node.write(new Mutation.RevokeLease(request.getID()), call.reply(LeaseService::revoked));
  }

  private static LeaseRevokeResponse revoked(Answer<Result> answer) {
    return LeaseRevokeResponse.newBuilder()
        .setHeader(Headers.at(answer.header(), answer.value().revision()))
        .build();
  }

  private void timeToLive(LeaseTimeToLiveRequest request, UnaryCall<LeaseTimeToLiveResponse> call) {
    node.timeToLive(request.getID(), request.getKeys(), call.reply(LeaseService::state));
  }

  private static LeaseTimeToLiveResponse state(Answer<LeaseState> answer) {
    var state = answer.value();
    var response =
        LeaseTimeToLiveResponse.newBuilder()
            .setHeader(Headers.of(answer.header()))
            .setID(state.id())
            .setTTL(state.ttlSeconds())
            .setGrantedTTL(state.grantedSeconds());
    state.keys().forEach(key -> response.addKeys(ByteStrings.of(key)));
    return response.build();
  }

  private void leases(LeaseLeasesRequest request, UnaryCall<LeaseLeasesResponse> call) {
    node.leases(call.reply(LeaseService::list));
  }

  private static LeaseLeasesResponse list(Answer<List<Long>> answer) {
    var response = LeaseLeasesResponse.newBuilder().setHeader(Headers.of(answer.header()));
    answer.value().forEach(id -> response.addLeases(LeaseStatus.newBuilder().setID(id)));
    return response.build();
  }
}
