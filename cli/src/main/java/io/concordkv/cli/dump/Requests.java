package io.concordkv.cli.dump;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.concordkv.mvcc.Mutation;
import io.concordkv.mvcc.Operation;
import io.concordkv.mvcc.RangeQuery;
import io.concordkv.mvcc.Span;
import io.concordkv.proto.etcdserverpb.CompactionRequest;
import io.concordkv.proto.etcdserverpb.Compare;
import io.concordkv.proto.etcdserverpb.DeleteRangeRequest;
import io.concordkv.proto.etcdserverpb.LeaseGrantRequest;
import io.concordkv.proto.etcdserverpb.LeaseRevokeRequest;
import io.concordkv.proto.etcdserverpb.PutRequest;
import io.concordkv.proto.etcdserverpb.RangeRequest;
import io.concordkv.proto.etcdserverpb.RequestOp;
import io.concordkv.proto.etcdserverpb.TxnRequest;
import io.concordkv.server.wire.ByteStrings;

/// Replicated changes as the requests of etcd's API that they came from.
final class Requests {
  private Requests() {}

  /// A request and what etcd's log calls it.
  record Named(String name, Message message) {}

  static Named of(Mutation mutation) {
    return switch (mutation) {
      case Operation.Put put -> new Named("put", put(put));
      case Operation.DeleteRange delete -> new Named("deleteRange", delete(delete));
      case Operation.GuardedCommit commit -> new Named("txn", txn(commit));
      case Mutation.Compact(var revision) ->
          new Named("compaction", CompactionRequest.newBuilder().setRevision(revision).build());
      case Mutation.GrantLease(var id, var ttl) ->
          new Named("leaseGrant", LeaseGrantRequest.newBuilder().setID(id).setTTL(ttl).build());
      case Mutation.RevokeLease(var id) ->
          new Named("leaseRevoke", LeaseRevokeRequest.newBuilder().setID(id).build());
    };
  }

  private static PutRequest put(Operation.Put put) {
    return PutRequest.newBuilder()
        .setKey(ByteStrings.of(put.key()))
        .setValue(ByteStrings.of(put.value()))
        .setLease(put.lease())
        .setPrevKv(put.previous())
        .setIgnoreValue(put.ignoreValue())
        .setIgnoreLease(put.ignoreLease())
        .build();
  }

  private static DeleteRangeRequest delete(Operation.DeleteRange delete) {
    return DeleteRangeRequest.newBuilder()
        .setKey(key(delete.span()))
        .setRangeEnd(end(delete.span()))
        .setPrevKv(delete.previous())
        .build();
  }

  private static RangeRequest range(RangeQuery query) {
    return RangeRequest.newBuilder()
        .setKey(key(query.span()))
        .setRangeEnd(end(query.span()))
        .setLimit(query.limit())
        .setRevision(query.revision())
        .setSortOrderValue(number(query.order()))
        .setSortTargetValue(number(query.target()))
        .setKeysOnly(query.keysOnly())
        .setCountOnly(query.countOnly())
        .setMinModRevision(query.minModRevision())
        .setMaxModRevision(query.maxModRevision())
        .setMinCreateRevision(query.minCreateRevision())
        .setMaxCreateRevision(query.maxCreateRevision())
        .build();
  }

  private static TxnRequest txn(Operation.GuardedCommit commit) {
    var txn = TxnRequest.newBuilder();
    commit.compares().forEach(compare -> txn.addCompare(compare(compare)));
    commit.success().forEach(operation -> txn.addSuccess(operation(operation)));
    commit.failure().forEach(operation -> txn.addFailure(operation(operation)));
    return txn.build();
  }

  private static RequestOp operation(Operation operation) {
    var op = RequestOp.newBuilder();
    return switch (operation) {
      case Operation.Range(var query) -> op.setRequestRange(range(query)).build();
      case Operation.Put put -> op.setRequestPut(put(put)).build();
      case Operation.DeleteRange delete -> op.setRequestDeleteRange(delete(delete)).build();
      case Operation.GuardedCommit commit -> op.setRequestTxn(txn(commit)).build();
    };
  }

  private static Compare compare(io.concordkv.mvcc.Compare compare) {
    var message =
        Compare.newBuilder()
            .setKey(key(compare.span()))
            .setRangeEnd(end(compare.span()))
            .setTargetValue(number(compare.target()))
            .setResultValue(number(compare.result()));
    switch (compare.target()) {
      case VERSION -> message.setVersion(compare.number());
      case CREATE -> message.setCreateRevision(compare.number());
      case MOD -> message.setModRevision(compare.number());
      case LEASE -> message.setLease(compare.number());
      case VALUE -> message.setValue(ByteStrings.of(compare.value()));
    }
    return message.build();
  }

  private static ByteString key(Span span) {
    return ByteStrings.of(span.key());
  }

  private static ByteString end(Span span) {
    return ByteStrings.of(span.end());
  }

  /// These enums are declared in the order of etcd's wire numbers.
  @SuppressWarnings("EnumOrdinal")
  private static int number(Enum<?> value) {
    return value.ordinal();
  }
}
