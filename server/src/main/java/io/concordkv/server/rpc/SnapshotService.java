package io.concordkv.server.rpc;

import io.concordkv.node.Snapshots;
import io.concordkv.proto.v1.SaveSnapshotRequest;
import io.concordkv.proto.v1.SaveSnapshotResponse;
import io.concordkv.proto.v1.SnapshotsGrpc;
import io.grpc.ServerServiceDefinition;

/// Snapshots on this member's own disk.
final class SnapshotService {
  private final Snapshots snapshots;

  SnapshotService(Snapshots snapshots) {
    this.snapshots = snapshots;
  }

  ServerServiceDefinition bind(ServiceBuilder service) {
    return service
        .unary(SnapshotsGrpc.getSaveMethod(), SaveSnapshotRequest.parser(), this::save)
        .build();
  }

  private void save(SaveSnapshotRequest request, UnaryCall<SaveSnapshotResponse> call) {
    snapshots.save(request.getName(), request.getBase(), call.reply(SnapshotService::message));
  }

  private static SaveSnapshotResponse message(Snapshots.Saved saved) {
    return SaveSnapshotResponse.newBuilder()
        .setDirectory(saved.directory())
        .setAppliedIndex(saved.index())
        .setTables(saved.tables())
        .setNewTables(saved.newTables())
        .build();
  }
}
