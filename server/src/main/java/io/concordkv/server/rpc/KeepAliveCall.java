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
///
/// Requests come on an I/O thread, replies on the node's loop: their state is guarded by `this`.
final class KeepAliveCall extends ServerCall.Listener<Received<LeaseKeepAliveRequest>>
    implements OpenStreams.Stream {
  private final ServerCall<Received<LeaseKeepAliveRequest>, LeaseKeepAliveResponse> call;
  private final Node node;
  private final OpenStreams streams;
  private final boolean needsLeader;
  private boolean asking;
  private boolean lastOneAsked;
  private boolean waiting;
  private boolean ended;

  private KeepAliveCall(
      ServerCall<Received<LeaseKeepAliveRequest>, LeaseKeepAliveResponse> call,
      Metadata headers,
      Node node,
      OpenStreams streams) {
    this.call = call;
    this.node = node;
    this.streams = streams;
    this.needsLeader = LeaderRule.askedFor(headers);
  }

  static ServerCall.Listener<Received<LeaseKeepAliveRequest>> start(
      ServerCall<Received<LeaseKeepAliveRequest>, LeaseKeepAliveResponse> call,
      Metadata headers,
      Node node,
      OpenStreams streams) {
    var keepAlive = new KeepAliveCall(call, headers, node, streams);
    call.sendHeaders(new Metadata());
    call.request(1);
    streams.add(keepAlive);
    return keepAlive;
  }

  @Override
  public void onMessage(Received<LeaseKeepAliveRequest> message) {
    switch (message) {
      case Received.Refused<LeaseKeepAliveRequest>(var why) -> end(why);
      case Received.Message<LeaseKeepAliveRequest>(var request, _) -> {
        synchronized (this) {
          asking = true;
        }
        node.keepAlive(request.getID(), new Renewal(request.getID()));
      }
    }
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
    if (waiting && !ended) {
      waiting = false;
      call.request(1);
    }
  }

  @Override
  public void onCancel() {
    end(Statuses.of(ErrorCode.CANCELED));
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
  }

  private final class Renewal implements Reply<Answer<Long>> {
    private final long lease;

    Renewal(long lease) {
      this.lease = lease;
    }

    @Override
    public void done(Answer<Long> answer) {
      boolean last;
      synchronized (KeepAliveCall.this) {
        if (ended) {
          return;
        }
        asking = false;
        last = lastOneAsked;
        call.sendMessage(
            LeaseKeepAliveResponse.newBuilder()
                .setHeader(Headers.of(answer.header()))
                .setID(lease)
                .setTTL(answer.value())
                .build());
        waiting = !call.isReady();
        if (!last && !waiting) {
          call.request(1);
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
