package io.concordkv.server.rpc;

import io.concordkv.base.ErrorCode;
import io.concordkv.mvcc.watch.WatchAnswer;
import io.concordkv.mvcc.watch.WatchSink;
import io.concordkv.node.Header;
import io.concordkv.node.Node;
import io.concordkv.node.WatchHandle;
import io.concordkv.proto.etcdserverpb.WatchRequest;
import io.concordkv.proto.etcdserverpb.WatchResponse;
import io.concordkv.server.wire.Headers;
import io.concordkv.server.wire.Statuses;
import io.concordkv.server.wire.WatchMessages;
import io.grpc.Metadata;
import io.grpc.ServerCall;

/// One watch stream: a client's messages go to the node's handle, the node's answers to the client.
/// The client's half-close ends nothing, as in etcd.
final class WatchCall extends LongCall<WatchRequest, WatchResponse> implements WatchSink {
  /// What may wait to be sent before the node is told to hold back.
  private static final int READY_BYTES = 1 << 20;

  private final Node node;
  private final WatchHandle handle;

  private WatchCall(
      ServerCall<Received<WatchRequest>, WatchResponse> call,
      Metadata headers,
      Node node,
      OpenStreams streams) {
    super(call, headers, streams);
    this.node = node;
    call.setOnReadyThreshold(READY_BYTES);
    open();
    this.handle = node.watch(this);
  }

  static ServerCall.Listener<Received<WatchRequest>> start(
      ServerCall<Received<WatchRequest>, WatchResponse> call,
      Metadata headers,
      Node node,
      OpenStreams streams) {
    return new WatchCall(call, headers, node, streams).begin();
  }

  @Override
  void received(WatchRequest request) {
    switch (request.getRequestUnionCase()) {
      case CREATE_REQUEST -> handle.create(WatchMessages.create(request.getCreateRequest()));
      case CANCEL_REQUEST -> handle.cancel(request.getCancelRequest().getWatchId());
      case PROGRESS_REQUEST -> handle.progress();
      case REQUESTUNION_NOT_SET -> {
        // A kind of request that this level does not know is passed over.
      }
    }
    next();
  }

  @Override
  public void onReady() {
    handle.drained();
  }

  @Override
  public void onCancel() {
    end(Statuses.of(ErrorCode.WATCH_CANCELED));
  }

  @Override
  public boolean ready() {
    return call().isReady();
  }

  @Override
  public void send(WatchAnswer answer) {
    var header = new Header(node.cluster(), node.id(), answer.revision(), node.term());
    boolean _ = send(WatchMessages.answer(Headers.of(header), answer));
  }

  @Override
  void ended() {
    handle.close();
  }
}
