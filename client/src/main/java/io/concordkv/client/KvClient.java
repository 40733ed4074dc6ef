package io.concordkv.client;

import com.google.protobuf.ByteString;
import io.concordkv.proto.etcdserverpb.CompactionRequest;
import io.concordkv.proto.etcdserverpb.CompactionResponse;
import io.concordkv.proto.etcdserverpb.DeleteRangeRequest;
import io.concordkv.proto.etcdserverpb.DeleteRangeResponse;
import io.concordkv.proto.etcdserverpb.KVGrpc;
import io.concordkv.proto.etcdserverpb.PutRequest;
import io.concordkv.proto.etcdserverpb.PutResponse;
import io.concordkv.proto.etcdserverpb.RangeRequest;
import io.concordkv.proto.etcdserverpb.RangeResponse;
import io.concordkv.proto.etcdserverpb.TxnRequest;
import io.concordkv.proto.etcdserverpb.TxnResponse;
import io.concordkv.proto.mvccpb.KeyValue;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/// Keys and values.
public final class KvClient {
  private final Calls calls;

  KvClient(Calls calls) {
    this.calls = calls;
  }

  /// The newest version of `key`, as all clients see it.
  public Optional<KeyValue> get(ByteString key) {
    var answer = range(RangeRequest.newBuilder().setKey(key).build());
    return answer.getKvsList().stream().findFirst();
  }

  public Optional<KeyValue> get(String key) {
    return get(ByteString.copyFromUtf8(key));
  }

  public PutResponse put(ByteString key, ByteString value) {
    return put(PutRequest.newBuilder().setKey(key).setValue(value).build());
  }

  public PutResponse put(String key, String value) {
    return put(ByteString.copyFromUtf8(key), ByteString.copyFromUtf8(value));
  }

  public RangeResponse range(RangeRequest request) {
    return Calls.await(rangeAsync(request));
  }

  public CompletableFuture<RangeResponse> rangeAsync(RangeRequest request) {
    return calls.read(KVGrpc.getRangeMethod(), request);
  }

  public PutResponse put(PutRequest request) {
    return Calls.await(putAsync(request));
  }

  public CompletableFuture<PutResponse> putAsync(PutRequest request) {
    return calls.write(KVGrpc.getPutMethod(), request);
  }

  public DeleteRangeResponse delete(DeleteRangeRequest request) {
    return Calls.await(deleteAsync(request));
  }

  public CompletableFuture<DeleteRangeResponse> deleteAsync(DeleteRangeRequest request) {
    return calls.write(KVGrpc.getDeleteRangeMethod(), request);
  }

  public TxnResponse txn(TxnRequest request) {
    return Calls.await(txnAsync(request));
  }

  /// Is sent at most once, even if it only reads.
  public CompletableFuture<TxnResponse> txnAsync(TxnRequest request) {
    return calls.write(KVGrpc.getTxnMethod(), request);
  }

  public CompactionResponse compact(CompactionRequest request) {
    return Calls.await(compactAsync(request));
  }

  public CompletableFuture<CompactionResponse> compactAsync(CompactionRequest request) {
    return calls.write(KVGrpc.getCompactMethod(), request);
  }
}
