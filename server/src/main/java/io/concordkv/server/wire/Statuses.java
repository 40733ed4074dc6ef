package io.concordkv.server.wire;

import io.concordkv.base.ErrorCode;
import io.grpc.Status;
import java.util.EnumMap;
import java.util.Objects;

/// The gRPC status of every way to fail. A status is immutable, so each exists once.
public final class Statuses {
  private static final EnumMap<ErrorCode, Status> BY_CODE = new EnumMap<>(ErrorCode.class);

  static {
    for (var code : ErrorCode.values()) {
      BY_CODE.put(code, family(code.kind()).withDescription(code.message()));
    }
  }

  private Statuses() {}

  public static Status of(ErrorCode code) {
    return Objects.requireNonNull(BY_CODE.get(code));
  }

  private static Status family(ErrorCode.Kind kind) {
    return switch (kind) {
      case CANCELED -> Status.CANCELLED;
      case INVALID_ARGUMENT -> Status.INVALID_ARGUMENT;
      case DEADLINE_EXCEEDED -> Status.DEADLINE_EXCEEDED;
      case NOT_FOUND -> Status.NOT_FOUND;
      case RESOURCE_EXHAUSTED -> Status.RESOURCE_EXHAUSTED;
      case FAILED_PRECONDITION -> Status.FAILED_PRECONDITION;
      case OUT_OF_RANGE -> Status.OUT_OF_RANGE;
      case UNAVAILABLE -> Status.UNAVAILABLE;
      case DATA_LOSS -> Status.DATA_LOSS;
      case UNKNOWN -> Status.UNKNOWN;
    };
  }
}
