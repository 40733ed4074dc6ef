package io.concordkv.server.wire;

import io.concordkv.base.ConcordException;
import io.concordkv.base.ErrorCode;
import io.concordkv.proto.etcdserverpb.DeleteRangeRequest;
import io.concordkv.proto.etcdserverpb.PutRequest;
import io.concordkv.proto.etcdserverpb.RangeRequest;
import io.concordkv.proto.etcdserverpb.RequestOp;
import io.concordkv.proto.etcdserverpb.TxnRequest;
import java.util.List;

/// What etcd refuses before it looks at its data, in etcd's order. Each throws a
/// [ConcordException].
public final class RequestChecks {
  private RequestChecks() {}

  public static void check(RangeRequest request) {
    if (request.getKey().isEmpty()) {
      throw new ConcordException(ErrorCode.KEY_EMPTY);
    }
    if (request.getSortOrder() == RangeRequest.SortOrder.UNRECOGNIZED
        || request.getSortTarget() == RangeRequest.SortTarget.UNRECOGNIZED) {
      throw new ConcordException(ErrorCode.INVALID_SORT_OPTION);
    }
  }

  public static void check(PutRequest request) {
    if (request.getKey().isEmpty()) {
      throw new ConcordException(ErrorCode.KEY_EMPTY);
    }
    if (request.getIgnoreValue() && !request.getValue().isEmpty()) {
      throw new ConcordException(ErrorCode.VALUE_PROVIDED);
    }
    if (request.getIgnoreLease() && request.getLease() != 0) {
      throw new ConcordException(ErrorCode.LEASE_PROVIDED);
    }
  }

  public static void check(DeleteRangeRequest request) {
    if (request.getKey().isEmpty()) {
      throw new ConcordException(ErrorCode.KEY_EMPTY);
    }
  }

  /// `operations` is what each list of the outermost level may hold; an inner level may hold what
  /// the longest list of the outer one left of it.
  public static void check(TxnRequest request, int operations) {
    checkLists(request, operations);
    PutOnce.check(request);
  }

  private static void checkLists(TxnRequest request, int budget) {
    int longest =
        Math.max(
            request.getCompareCount(),
            Math.max(request.getSuccessCount(), request.getFailureCount()));
    if (longest > budget) {
      throw new ConcordException(ErrorCode.TOO_MANY_OPERATIONS);
    }
    for (var compare : request.getCompareList()) {
      if (compare.getKey().isEmpty()) {
        throw new ConcordException(ErrorCode.KEY_EMPTY);
      }
    }
    checkOperations(request.getSuccessList(), budget - longest);
    checkOperations(request.getFailureList(), budget - longest);
  }

  private static void checkOperations(List<RequestOp> operations, int budget) {
    for (var operation : operations) {
      switch (operation.getRequestCase()) {
        case REQUEST_RANGE -> check(operation.getRequestRange());
        case REQUEST_PUT -> check(operation.getRequestPut());
        case REQUEST_DELETE_RANGE -> check(operation.getRequestDeleteRange());
        case REQUEST_TXN -> checkLists(operation.getRequestTxn(), budget);
        case REQUEST_NOT_SET -> throw new ConcordException(ErrorCode.KEY_NOT_FOUND);
      }
    }
  }
}
