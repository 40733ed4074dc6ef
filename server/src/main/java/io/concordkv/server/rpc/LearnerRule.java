package io.concordkv.server.rpc;

import io.concordkv.base.ErrorCode;
import io.concordkv.proto.etcdserverpb.MemberListRequest;
import io.concordkv.proto.etcdserverpb.RangeRequest;
import io.concordkv.proto.etcdserverpb.StatusRequest;
import io.concordkv.proto.health.HealthCheckRequest;
import io.concordkv.server.wire.Statuses;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import java.util.function.Consumer;

/// A member without a vote answers, as in etcd, only what it can answer alone.
final class LearnerRule {
  /// Written by the node's loop, read by any thread.
  private volatile boolean learner;

  /// `observe` is given whom to tell, now and at each change, whether this node is a learner.
  LearnerRule(Consumer<Consumer<Boolean>> observe) {
    observe.accept(now -> learner = now);
  }

  boolean refuses(Object request) {
    return learner && !local(request);
  }

  private static boolean local(Object request) {
    return switch (request) {
      case RangeRequest range -> range.getSerializable();
      case MemberListRequest list -> !list.getLinearizable();
      case StatusRequest _, HealthCheckRequest _ -> true;
      default -> false;
    };
  }

  /// `handler` for a stream: nothing for learners.
  <Q, A> ServerCallHandler<Q, A> guard(ServerCallHandler<Q, A> handler) {
    return (call, headers) -> {
      if (!learner) {
        return handler.startCall(call, headers);
      }
      call.close(Statuses.of(ErrorCode.NOT_SUPPORTED_FOR_LEARNER), new Metadata());
      return new ServerCall.Listener<>() {};
    };
  }
}
