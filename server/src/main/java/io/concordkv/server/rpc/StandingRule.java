package io.concordkv.server.rpc;

import io.concordkv.base.ErrorCode;
import io.concordkv.node.command.Standing;
import io.concordkv.proto.etcdserverpb.MemberListRequest;
import io.concordkv.proto.etcdserverpb.RangeRequest;
import io.concordkv.proto.etcdserverpb.StatusRequest;
import io.concordkv.proto.health.HealthCheckRequest;
import io.concordkv.proto.v1.SaveSnapshotRequest;
import io.concordkv.server.wire.Statuses;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A member that is no full one answers only what it can answer alone: a learner, as in etcd, also
/// reads of what it has; a witness has nothing to read.
final class StandingRule {
  /// Written by the node's loop, read by any thread.
  private volatile Standing standing = Standing.VOTER;

  /// `observe` is given whom to tell, now and at each change, what this node is.
  StandingRule(Consumer<Consumer<Standing>> observe) {
    observe.accept(now -> standing = now);
  }

  /// Why `request` is not for this node; null: it is.
  @Nullable ErrorCode refusal(Object request) {
    return switch (standing) {
      case VOTER -> null;
      case LEARNER ->
          about(request) || ofItsData(request) ? null : ErrorCode.NOT_SUPPORTED_FOR_LEARNER;
      case WITNESS -> about(request) ? null : ErrorCode.NOT_SUPPORTED_FOR_WITNESS;
    };
  }

  private static boolean ofItsData(Object request) {
    return switch (request) {
      case RangeRequest range -> range.getSerializable();
      case SaveSnapshotRequest _ -> true;
      default -> false;
    };
  }

  /// Whether it asks for nothing but what this node knows of itself and the others.
  private static boolean about(Object request) {
    return switch (request) {
      case MemberListRequest list -> !list.getLinearizable();
      case StatusRequest _, HealthCheckRequest _ -> true;
      default -> false;
    };
  }

  /// `handler` for a stream: for full members only.
  <Q, A> ServerCallHandler<Q, A> guard(ServerCallHandler<Q, A> handler) {
    return (call, headers) -> {
      var refusal = refusal(headers);
      if (refusal == null) {
        return handler.startCall(call, headers);
      }
      call.close(Statuses.of(refusal), new Metadata());
      return new ServerCall.Listener<>() {};
    };
  }
}
