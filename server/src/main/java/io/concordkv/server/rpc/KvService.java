package io.concordkv.server.rpc;

import io.concordkv.base.ConcordException;
import io.concordkv.base.ErrorCode;
import io.concordkv.mvcc.Result;
import io.concordkv.node.Answer;
import io.concordkv.node.Node;
import io.concordkv.proto.etcdserverpb.CompactionRequest;
import io.concordkv.proto.etcdserverpb.CompactionResponse;
import io.concordkv.proto.etcdserverpb.DeleteRangeRequest;
import io.concordkv.proto.etcdserverpb.DeleteRangeResponse;
import io.concordkv.proto.etcdserverpb.KVGrpc;
import io.concordkv.proto.etcdserverpb.PutRequest;
import io.concordkv.proto.etcdserverpb.PutResponse;
import io.concordkv.proto.etcdserverpb.RangeRequest;
import io.concordkv.proto.etcdserverpb.RangeResponse;
import io.concordkv.proto.etcdserverpb.ResponseHeader;
import io.concordkv.proto.etcdserverpb.TxnRequest;
import io.concordkv.proto.etcdserverpb.TxnResponse;
import io.concordkv.server.wire.Headers;
import io.concordkv.server.wire.KvAnswers;
import io.concordkv.server.wire.KvRequests;
import io.concordkv.server.wire.Limits;
import io.concordkv.server.wire.RequestChecks;
import io.grpc.ServerServiceDefinition;

/// Reads, writes and compaction.
final class KvService {
  private final Node node;
  private final Limits limits;

  KvService(Node node, Limits limits) {
    this.node = node;
    this.limits = limits;
  }

  ServerServiceDefinition bind(ServiceBuilder service) {
    return service.unary(KVGrpc.getRangeMethod(), RangeRequest.parser(), this::range).stream(
            KVGrpc.getRangeStreamMethod(),
            RangeRequest.parser(),
            (call, _) -> RangeStreamCall.start(call, node))
        .unary(KVGrpc.getPutMethod(), PutRequest.parser(), this::put)
        .unary(KVGrpc.getDeleteRangeMethod(), DeleteRangeRequest.parser(), this::delete)
        .unary(KVGrpc.getTxnMethod(), TxnRequest.parser(), this::txn)
        .unary(KVGrpc.getCompactMethod(), CompactionRequest.parser(), this::compact)
        .build();
  }

  private void range(RangeRequest request, UnaryCall<RangeResponse> call) {
    RequestChecks.check(request);
    node.range(
        KvRequests.range(request),
        request.getSerializable(),
        call.reply(answer -> KvAnswers.range(header(answer), answer.value())));
  }

  private void put(PutRequest request, UnaryCall<PutResponse> call) {
    RequestChecks.check(request);
    checkSize(call);
    node.write(
        KvRequests.put(request),
        call.reply(answer -> KvAnswers.put(header(answer), (Result.PutDone) answer.value())));
  }

  private void delete(DeleteRangeRequest request, UnaryCall<DeleteRangeResponse> call) {
    RequestChecks.check(request);
    checkSize(call);
    node.write(
        KvRequests.delete(request),
        call.reply(answer -> KvAnswers.delete(header(answer), (Result.Deleted) answer.value())));
  }

  private void txn(TxnRequest request, UnaryCall<TxnResponse> call) {
    RequestChecks.check(request, limits.txnOperations());
    var commit = KvRequests.txn(request);
    var reply =
        call.<Answer<Result>>reply(
            answer -> KvAnswers.txn(header(answer), (Result.Committed) answer.value()));
    if (KvRequests.onlyReadsHere(request)) {
      node.readSerializable(commit, reply);
      return;
    }
    if (!KvRequests.onlyReads(request)) {
      checkSize(call);
    }
    node.write(commit, reply);
  }

  private void compact(CompactionRequest request, UnaryCall<CompactionResponse> call) {
    node.compact(
        request.getRevision(),
        request.getPhysical(),
        call.reply(answer -> CompactionResponse.newBuilder().setHeader(header(answer)).build()));
  }

  private void checkSize(UnaryCall<?> call) {
    if (limits.exceededBy(call.requestBytes())) {
      throw new ConcordException(ErrorCode.REQUEST_TOO_LARGE);
    }
  }

  /// The revision that the result came with: by now the store may be further.
  private static ResponseHeader header(Answer<? extends Result> answer) {
    return Headers.at(answer.header(), answer.value().revision());
  }
}
