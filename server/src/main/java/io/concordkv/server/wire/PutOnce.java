package io.concordkv.server.wire;

import com.google.protobuf.ByteString;
import io.concordkv.base.ConcordException;
import io.concordkv.base.ErrorCode;
import io.concordkv.proto.etcdserverpb.DeleteRangeRequest;
import io.concordkv.proto.etcdserverpb.RequestOp;
import io.concordkv.proto.etcdserverpb.TxnRequest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// A transaction puts a key at most once, and does not put what it also deletes.
///
/// Only one branch of an inner transaction is taken, so its two branches may put the same key. A
/// put is held against the deletions of its own list, of the lists around it, and of those inner
/// transactions that come before it. As in etcd the end `\0` (all keys from the start on) is not
/// understood here: such a deletion covers nothing.
final class PutOnce {
  private static final Comparator<ByteString> ORDER =
      ByteString.unsignedLexicographicalComparator();

  /// Fewer operations cannot collide with one another.
  private static final int FEWEST = 2;

  private final Set<ByteString> puts = new HashSet<>();
  private final List<DeleteRangeRequest> deletions = new ArrayList<>();

  private PutOnce() {}

  static void check(TxnRequest request) {
    check(request.getSuccessList());
    check(request.getFailureList());
  }

  private static void check(List<RequestOp> operations) {
    if (operations.size() >= FEWEST || operations.stream().anyMatch(RequestOp::hasRequestTxn)) {
      of(operations);
    }
  }

  private static PutOnce of(List<RequestOp> operations) {
    var here = new PutOnce();
    for (var operation : operations) {
      if (operation.hasRequestDeleteRange()) {
        here.deletions.add(operation.getRequestDeleteRange());
      }
    }
    for (var operation : operations) {
      if (operation.hasRequestTxn()) {
        here.takeIn(operation.getRequestTxn());
      }
    }
    for (var operation : operations) {
      if (operation.hasRequestPut()) {
        here.put(operation.getRequestPut().getKey());
      }
    }
    return here;
  }

  private void takeIn(TxnRequest inner) {
    var success = of(inner.getSuccessList());
    var failure = of(inner.getFailureList());
    success.puts.forEach(this::put);
    for (var key : failure.puts) {
      if (success.puts.contains(key)) {
        refuseDeleted(key);
      } else {
        put(key);
      }
    }
    deletions.addAll(success.deletions);
    deletions.addAll(failure.deletions);
  }

  private void put(ByteString key) {
    refuseDeleted(key);
    if (!puts.add(key)) {
      throw new ConcordException(ErrorCode.DUPLICATE_KEY);
    }
  }

  private void refuseDeleted(ByteString key) {
    for (var deletion : deletions) {
      if (covers(deletion, key)) {
        throw new ConcordException(ErrorCode.DUPLICATE_KEY);
      }
    }
  }

  private static boolean covers(DeleteRangeRequest deletion, ByteString key) {
    return deletion.getRangeEnd().isEmpty()
        ? deletion.getKey().equals(key)
        : ORDER.compare(deletion.getKey(), key) <= 0
            && ORDER.compare(key, deletion.getRangeEnd()) < 0;
  }
}
