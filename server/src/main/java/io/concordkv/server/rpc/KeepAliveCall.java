package io.concordkv.server.rpc;

import io.concordkv.base.ConcordException;
import io.concordkv.base.ErrorCode;
import io.concordkv.node.Answer;
import io.concordkv.node.Node;
import io.concordkv.node.Reply;
import io.concordkv.proto.etcdserverpb.LeaseKeepAliveRequest;
import io.concordkv.proto.etcdserverpb.LeaseKeepAliveResponse;
import io.concordkv.server.wire.Headers;
import io.concordkv.server.wire.Statuses;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;

/// A stream of leases to be kept alive, answered in order: the next one is asked for when the last
/// one is answered and the answer could leave.
final class KeepAliveCall extends LongCall<LeaseKeepAliveRequest, LeaseKeepAliveResponse> {
  private final Node node;
  private boolean asking;
  private boolean lastOneAsked;
  private boolean waiting;

  private KeepAliveCall(
      ServerCall<Received<LeaseKeepAliveRequest>, LeaseKeepAliveResponse> call,
      Metadata headers,
      Node node,
      OpenStreams streams) {
    super(call, headers, streams);
    this.node = node;
  }

  static ServerCall.Listener<Received<LeaseKeepAliveRequest>> start(
      ServerCall<Received<LeaseKeepAliveRequest>, LeaseKeepAliveResponse> call,
      Metadata headers,
      Node node,
      OpenStreams streams) {
    var keepAlive = new KeepAliveCall(call, headers, node, streams);
    keepAlive.open();
    return keepAlive.begin();
  }

  @Override
  void received(LeaseKeepAliveRequest request) {
    synchronized (this) {
      asking = true;
    }
    node.keepAlive(request.getID(), new Renewal(request.getID()));
  }

  @Override
  public void onHalfClose() {
    boolean idle;
    synchronized (this) {
      lastOneAsked = true;
      idle = !asking;
    }
    if (idle) {
      end(Status.OK);
    }
  }

  @Override
  public synchronized void onReady() {
    if (waiting) {
      waiting = false;
      next();
    }
  }

  @Override
  public void onCancel() {
    end(Statuses.of(ErrorCode.CANCELED));
  }

  @Override
  void ended() {}

  private final class Renewal implements Reply<Answer<Long>> {
    private final long lease;

    Renewal(long lease) {
      this.lease = lease;
    }

    @Override
    public void done(Answer<Long> answer) {
      var message =
          LeaseKeepAliveResponse.newBuilder()
              .setHeader(Headers.of(answer.header()))
              .setID(lease)
              .setTTL(answer.value())
              .build();
      boolean last;
      synchronized (KeepAliveCall.this) {
        if (!send(message)) {
          return;
        }
        asking = false;
        last = lastOneAsked;
        waiting = !call().isReady();
        if (!last && !waiting) {
          next();
        }
      }
      if (last) {
        end(Status.OK);
      }
    }

    @Override
    public void failed(ConcordException error) {
      end(Statuses.of(error.code()));
    }
  }
}
