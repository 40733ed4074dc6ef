package io.concordkv.server.wire;

import com.google.protobuf.ByteString;
import io.concordkv.base.Bytes;
import io.concordkv.mvcc.Compare;
import io.concordkv.mvcc.Operation;
import io.concordkv.mvcc.RangeQuery;
import io.concordkv.mvcc.RangeQuery.SortOrder;
import io.concordkv.mvcc.RangeQuery.SortTarget;
import io.concordkv.mvcc.Span;
import io.concordkv.proto.etcdserverpb.DeleteRangeRequest;
import io.concordkv.proto.etcdserverpb.PutRequest;
import io.concordkv.proto.etcdserverpb.RangeRequest;
import io.concordkv.proto.etcdserverpb.RequestOp;
import io.concordkv.proto.etcdserverpb.TxnRequest;
import java.util.ArrayList;
import java.util.List;

/// Requests of the `KV` service as the node's records. What comes here has passed [RequestChecks].
public final class KvRequests {
  private static final SortOrder[] ORDERS = SortOrder.values();
  private static final SortTarget[] TARGETS = SortTarget.values();
  private static final Compare.Target[] COMPARE_TARGETS = Compare.Target.values();
  private static final Compare.Result[] COMPARE_RESULTS = Compare.Result.values();

  private KvRequests() {}

  public static RangeQuery range(RangeRequest request) {
    return new RangeQuery(
        span(request.getKey(), request.getRangeEnd()),
        request.getLimit(),
        request.getRevision(),
        ORDERS[request.getSortOrderValue()],
        TARGETS[request.getSortTargetValue()],
        request.getKeysOnly(),
        request.getCountOnly(),
        request.getMinModRevision(),
        request.getMaxModRevision(),
        request.getMinCreateRevision(),
        request.getMaxCreateRevision());
  }

  public static Operation.Put put(PutRequest request) {
    return new Operation.Put(
        ByteStrings.of(request.getKey()),
        ByteStrings.of(request.getValue()),
        request.getLease(),
        request.getPrevKv(),
        request.getIgnoreValue(),
        request.getIgnoreLease());
  }

  public static Operation.DeleteRange delete(DeleteRangeRequest request) {
    return new Operation.DeleteRange(
        span(request.getKey(), request.getRangeEnd()), request.getPrevKv());
  }

  public static Operation.GuardedCommit txn(TxnRequest request) {
    var compares = new ArrayList<Compare>(request.getCompareCount());
    for (var compare : request.getCompareList()) {
      compares.add(compare(compare));
    }
    return new Operation.GuardedCommit(
        compares, operations(request.getSuccessList()), operations(request.getFailureList()));
  }

  /// Whether it only reads, in which case the size limit of the log does not concern it. An inner
  /// transaction always goes through the log.
  public static boolean onlyReads(TxnRequest request) {
    return onlyRanges(request.getSuccessList(), false)
        && onlyRanges(request.getFailureList(), false);
  }

  /// Whether it only reads and is content with what this node has.
  public static boolean onlyReadsHere(TxnRequest request) {
    return onlyRanges(request.getSuccessList(), true) && onlyRanges(request.getFailureList(), true);
  }

  static Span span(ByteString key, ByteString end) {
    return new Span(ByteStrings.of(key), ByteStrings.of(end));
  }

  private static boolean onlyRanges(List<RequestOp> operations, boolean serializable) {
    for (var operation : operations) {
      if (!operation.hasRequestRange()
          || (serializable && !operation.getRequestRange().getSerializable())) {
        return false;
      }
    }
    return true;
  }

  private static List<Operation> operations(List<RequestOp> operations) {
    var mapped = new ArrayList<Operation>(operations.size());
    for (var operation : operations) {
      mapped.add(
          switch (operation.getRequestCase()) {
            case REQUEST_RANGE -> new Operation.Range(range(operation.getRequestRange()));
            case REQUEST_PUT -> put(operation.getRequestPut());
            case REQUEST_DELETE_RANGE -> delete(operation.getRequestDeleteRange());
            case REQUEST_TXN -> txn(operation.getRequestTxn());
            case REQUEST_NOT_SET -> throw new IllegalArgumentException("an empty operation");
          });
    }
    return mapped;
  }

  /// A value that does not belong to the target counts as 0 or empty, a target or result of an
  /// unknown number as met.
  private static Compare compare(io.concordkv.proto.etcdserverpb.Compare compare) {
    var target = compare.getTarget();
    int result = compare.getResultValue();
    long number =
        switch (target) {
          case VERSION -> compare.getVersion();
          case CREATE -> compare.getCreateRevision();
          case MOD -> compare.getModRevision();
          case LEASE -> compare.getLease();
          case VALUE, UNRECOGNIZED -> 0;
        };
    boolean known =
        target != io.concordkv.proto.etcdserverpb.Compare.CompareTarget.UNRECOGNIZED
            && compare.getResult()
                != io.concordkv.proto.etcdserverpb.Compare.CompareResult.UNRECOGNIZED;
    return new Compare(
        span(compare.getKey(), compare.getRangeEnd()),
        target == io.concordkv.proto.etcdserverpb.Compare.CompareTarget.UNRECOGNIZED
            ? Compare.Target.VERSION
            : COMPARE_TARGETS[target.getNumber()],
        known ? COMPARE_RESULTS[result] : Compare.Result.ANY,
        number,
        compare.hasValue() ? ByteStrings.of(compare.getValue()) : Bytes.EMPTY);
  }
}
