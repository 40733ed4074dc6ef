package io.concordkv.server.wire;

import io.concordkv.mvcc.KeyValue;
import io.concordkv.mvcc.Result;
import io.concordkv.proto.etcdserverpb.DeleteRangeResponse;
import io.concordkv.proto.etcdserverpb.PutResponse;
import io.concordkv.proto.etcdserverpb.RangeResponse;
import io.concordkv.proto.etcdserverpb.ResponseHeader;
import io.concordkv.proto.etcdserverpb.ResponseOp;
import io.concordkv.proto.etcdserverpb.TxnResponse;

/// What came of a request of the `KV` service, as etcd's messages.
public final class KvAnswers {
  private KvAnswers() {}

  public static RangeResponse range(ResponseHeader header, Result.Ranged result) {
    var response =
        RangeResponse.newBuilder()
            .setHeader(header)
            .setMore(result.more())
            .setCount(result.count());
    for (var pair : result.pairs()) {
      response.addKvs(pair(pair));
    }
    return response.build();
  }

  public static PutResponse put(ResponseHeader header, Result.PutDone result) {
    var response = PutResponse.newBuilder().setHeader(header);
    if (result.previous() != null) {
      response.setPrevKv(pair(result.previous()));
    }
    return response.build();
  }

  public static DeleteRangeResponse delete(ResponseHeader header, Result.Deleted result) {
    var response = DeleteRangeResponse.newBuilder().setHeader(header).setDeleted(result.count());
    for (var pair : result.previous()) {
      response.addPrevKvs(pair(pair));
    }
    return response.build();
  }

  public static TxnResponse txn(ResponseHeader header, Result.Committed result) {
    var response = TxnResponse.newBuilder().setHeader(header).setSucceeded(result.succeeded());
    for (var inner : result.results()) {
      response.addResponses(inner(inner));
    }
    return response.build();
  }

  public static io.concordkv.proto.mvccpb.KeyValue pair(KeyValue pair) {
    return io.concordkv.proto.mvccpb.KeyValue.newBuilder()
        .setKey(ByteStrings.of(pair.key()))
        .setCreateRevision(pair.createRevision())
        .setModRevision(pair.modRevision())
        .setVersion(pair.version())
        .setValue(ByteStrings.of(pair.value()))
        .setLease(pair.lease())
        .build();
  }

  /// Inside a transaction a header holds no more than a revision, that of an inner transaction
  /// nothing at all.
  private static ResponseOp inner(Result result) {
    var response = ResponseOp.newBuilder();
    var header = Headers.inner(result.revision());
    switch (result) {
      case Result.Ranged ranged -> response.setResponseRange(range(header, ranged));
      case Result.PutDone put -> response.setResponsePut(put(header, put));
      case Result.Deleted deleted -> response.setResponseDeleteRange(delete(header, deleted));
      case Result.Committed committed ->
          response.setResponseTxn(txn(ResponseHeader.getDefaultInstance(), committed));
      case Result.Compacted _, Result.Granted _, Result.Revoked _ ->
          throw new IllegalArgumentException("not an operation of a transaction");
    }
    return response.build();
  }
}
