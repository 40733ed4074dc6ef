package io.concordkv.server.rpc;

import io.concordkv.base.ErrorCode;
import io.concordkv.proto.health.HealthCheckRequest;
import io.concordkv.proto.health.HealthCheckResponse;
import io.concordkv.proto.health.HealthCheckResponse.ServingStatus;
import io.concordkv.proto.health.HealthGrpc;
import io.concordkv.proto.health.HealthListRequest;
import io.concordkv.proto.health.HealthListResponse;
import io.concordkv.server.wire.Statuses;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;

/// The health service: the one name it knows is the empty one, for the whole server, and a server
/// that answers serves.
final class HealthService {
  private static final Status UNKNOWN = Status.NOT_FOUND.withDescription("unknown service");

  private final OpenStreams streams;

  HealthService(OpenStreams streams) {
    this.streams = streams;
  }

  ServerServiceDefinition bind(ServiceBuilder service) {
    return service
        .unary(HealthGrpc.getCheckMethod(), HealthCheckRequest.parser(), HealthService::check)
        .unary(HealthGrpc.getListMethod(), HealthListRequest.parser(), HealthService::list)
        .stream(
            HealthGrpc.getWatchMethod(),
            HealthCheckRequest.parser(),
            (call, headers) -> new Watch(call, headers, streams).begin())
        .build();
  }

  private static void check(HealthCheckRequest request, UnaryCall<HealthCheckResponse> call) {
    if (request.getService().isEmpty()) {
      call.answer(answer(ServingStatus.SERVING));
    } else {
      call.fail(UNKNOWN);
    }
  }

  private static void list(HealthListRequest request, UnaryCall<HealthListResponse> call) {
    call.answer(
        HealthListResponse.newBuilder().putStatuses("", answer(ServingStatus.SERVING)).build());
  }

  private static HealthCheckResponse answer(ServingStatus status) {
    return HealthCheckResponse.newBuilder().setStatus(status).build();
  }

  /// Says once how it is, and nothing more as long as nothing changes.
  private static final class Watch extends LongCall<HealthCheckRequest, HealthCheckResponse> {
    Watch(
        ServerCall<Received<HealthCheckRequest>, HealthCheckResponse> call,
        Metadata headers,
        OpenStreams streams) {
      super(call, headers, streams);
    }

    @Override
    void received(HealthCheckRequest request) {
      boolean known = request.getService().isEmpty();
      open();
      boolean _ = send(answer(known ? ServingStatus.SERVING : ServingStatus.SERVICE_UNKNOWN));
    }

    @Override
    public void onCancel() {
      end(Statuses.of(ErrorCode.CANCELED));
    }

    @Override
    void ended() {}
  }
}
