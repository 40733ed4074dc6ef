package io.concordkv.server.rpc;

import io.concordkv.mvcc.MvccStore.KeyspaceHash;
import io.concordkv.node.Answer;
import io.concordkv.node.Node;
import io.concordkv.node.NodeStatus;
import io.concordkv.node.command.Standing;
import io.concordkv.proto.etcdserverpb.DowngradeInfo;
import io.concordkv.proto.etcdserverpb.HashKVRequest;
import io.concordkv.proto.etcdserverpb.HashKVResponse;
import io.concordkv.proto.etcdserverpb.HashRequest;
import io.concordkv.proto.etcdserverpb.HashResponse;
import io.concordkv.proto.etcdserverpb.MaintenanceGrpc;
import io.concordkv.proto.etcdserverpb.MoveLeaderRequest;
import io.concordkv.proto.etcdserverpb.MoveLeaderResponse;
import io.concordkv.proto.etcdserverpb.StatusRequest;
import io.concordkv.proto.etcdserverpb.StatusResponse;
import io.concordkv.server.wire.ApiLevel;
import io.concordkv.server.wire.Headers;
import io.concordkv.server.wire.Limits;
import io.grpc.ServerServiceDefinition;

/// What operators ask and tell a node.
final class MaintenanceService {
  private final Node node;
  private final Limits limits;

  MaintenanceService(Node node, Limits limits) {
    this.node = node;
    this.limits = limits;
  }

  ServerServiceDefinition bind(ServiceBuilder service) {
    return service
        .unary(MaintenanceGrpc.getStatusMethod(), StatusRequest.parser(), this::status)
        .unary(MaintenanceGrpc.getHashMethod(), HashRequest.parser(), this::hash)
        .unary(MaintenanceGrpc.getHashKVMethod(), HashKVRequest.parser(), this::hashKeyspace)
        .unary(MaintenanceGrpc.getMoveLeaderMethod(), MoveLeaderRequest.parser(), this::moveLeader)
        .build();
  }

  private void status(StatusRequest request, UnaryCall<StatusResponse> call) {
    node.status(call.reply(this::status));
  }

  private StatusResponse status(Answer<NodeStatus> answer) {
    var status = answer.value();
    return StatusResponse.newBuilder()
        .setHeader(Headers.of(answer.header()))
        .setVersion(ApiLevel.SERVER)
        .setStorageVersion(ApiLevel.STORAGE)
        .setDbSize(status.databaseBytes())
        .setDbSizeInUse(status.liveBytes())
        .setDbSizeQuota(limits.quotaBytes())
        .setLeader(status.leader())
        .setRaftIndex(status.committedIndex())
        .setRaftAppliedIndex(status.appliedIndex())
        .setRaftTerm(status.term())
        .setIsLearner(status.standing() == Standing.LEARNER)
        .setIsWitness(status.standing() == Standing.WITNESS)
        .addAllErrors(status.errors())
        .setDowngradeInfo(DowngradeInfo.getDefaultInstance())
        .build();
  }

  private void hash(HashRequest request, UnaryCall<HashResponse> call) {
    node.hash(
        call.reply(answer ->
            HashResponse.newBuilder()
                .setHeader(Headers.of(answer.header()))
                .setHash(answer.value())
                .build()));
  }

  private void hashKeyspace(HashKVRequest request, UnaryCall<HashKVResponse> call) {
    node.hashKeyspace(request.getRevision(), call.reply(MaintenanceService::keyspaceHash));
  }

  private static HashKVResponse keyspaceHash(Answer<KeyspaceHash> answer) {
    var hash = answer.value();
    return HashKVResponse.newBuilder()
        .setHeader(Headers.of(answer.header()))
        .setHash(hash.hash())
        .setHashRevision(hash.revision())
        .setCompactRevision(hash.compactRevision())
        .build();
  }

  /// Its answer is empty: it has no header either.
  private void moveLeader(MoveLeaderRequest request, UnaryCall<MoveLeaderResponse> call) {
    node.moveLeader(
        request.getTargetID(), call.reply(_ -> MoveLeaderResponse.getDefaultInstance()));
  }
}
