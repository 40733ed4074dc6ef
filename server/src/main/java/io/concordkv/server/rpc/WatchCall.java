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
import io.grpc.Status;

/// One watch stream: a client's messages go to the node's handle, the node's answers to the client.
///
/// Messages come on an I/O thread, answers on the node's loop, and an end from anywhere: `ended` is
/// what they share, guarded by `this`. The client's half-close ends nothing, as in etcd.
final class WatchCall extends ServerCall.Listener<Received<WatchRequest>>
    implements WatchSink, OpenStreams.Stream {
  /// What may wait to be sent before the node is told to hold back.
  private static final int READY_BYTES = 1 << 20;

  private final ServerCall<Received<WatchRequest>, WatchResponse> call;
  private final Node node;
  private final OpenStreams streams;
  private final boolean needsLeader;
  private final WatchHandle handle;
  private boolean ended;

  private WatchCall(
      ServerCall<Received<WatchRequest>, WatchResponse> call,
      Metadata headers,
      Node node,
      OpenStreams streams) {
    this.call = call;
    this.node = node;
    this.streams = streams;
    this.needsLeader = LeaderRule.askedFor(headers);
    call.setOnReadyThreshold(READY_BYTES);
    call.sendHeaders(new Metadata());
    this.handle = node.watch(this);
  }

  static ServerCall.Listener<Received<WatchRequest>> start(
      ServerCall<Received<WatchRequest>, WatchResponse> call,
      Metadata headers,
      Node node,
      OpenStreams streams) {
    var watch = new WatchCall(call, headers, node, streams);
    streams.add(watch);
    call.request(1);
    return watch;
  }

  @Override
  public void onMessage(Received<WatchRequest> message) {
    switch (message) {
      case Received.Refused<WatchRequest>(var why) -> end(why);
      case Received.Message<WatchRequest>(var request, _) -> {
        pass(request);
        call.request(1);
      }
    }
  }

  private void pass(WatchRequest request) {
    switch (request.getRequestUnionCase()) {
      case CREATE_REQUEST -> handle.create(WatchMessages.create(request.getCreateRequest()));
      case CANCEL_REQUEST -> handle.cancel(request.getCancelRequest().getWatchId());
      case PROGRESS_REQUEST -> handle.progress();
      case REQUESTUNION_NOT_SET -> {
        // A kind of request that this level does not know is passed over.
      }
    }
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
    return call.isReady();
  }

  @Override
  public void send(WatchAnswer answer) {
    var header = new Header(node.cluster(), node.id(), answer.revision(), node.term());
    var message = WatchMessages.answer(Headers.of(header), answer);
    synchronized (this) {
      if (!ended) {
        call.sendMessage(message);
      }
    }
  }

  @Override
  public boolean needsLeader() {
    return needsLeader;
  }

  @Override
  public void end(Status why) {
    synchronized (this) {
      if (ended) {
        return;
      }
      ended = true;
      call.close(why, new Metadata());
    }
    streams.remove(this);
    handle.close();
  }
}
