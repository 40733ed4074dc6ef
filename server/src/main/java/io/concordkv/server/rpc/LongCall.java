package io.concordkv.server.rpc;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;

/// A call that lives until somebody ends it: the client, the node, or the server when it stops.
///
/// Requests come on an I/O thread, answers on the node's loop, and an end from anywhere: what they
/// share is guarded by `this`.
abstract class LongCall<Q, A> extends ServerCall.Listener<Received<Q>>
    implements OpenStreams.Stream {
  private final ServerCall<Received<Q>, A> call;
  private final OpenStreams streams;
  private final boolean needsLeader;
  private boolean ended;

  LongCall(ServerCall<Received<Q>, A> call, Metadata headers, OpenStreams streams) {
    this.call = call;
    this.streams = streams;
    this.needsLeader = LeaderRule.askedFor(headers);
  }

  /// Asks for the first request. Called once, when the call is whole.
  final ServerCall.Listener<Received<Q>> begin() {
    streams.add(this);
    next();
    return this;
  }

  final ServerCall<Received<Q>, A> call() {
    return call;
  }

  /// Asks for the next request.
  final void next() {
    call.request(1);
  }

  /// Tells the client that the call was taken. Once, before the first answer.
  final synchronized void open() {
    if (!ended) {
      call.sendHeaders(new Metadata());
    }
  }

  /// False if the call has ended, and nothing was sent.
  final synchronized boolean send(A message) {
    if (!ended) {
      call.sendMessage(message);
    }
    return !ended;
  }

  abstract void received(Q request);

  /// It has just ended.
  abstract void ended();

  @Override
  public final void onMessage(Received<Q> message) {
    switch (message) {
      case Received.Refused<Q>(var why) -> end(why);
      case Received.Message<Q>(var request, _) -> received(request);
    }
  }

  @Override
  public final boolean needsLeader() {
    return needsLeader;
  }

  @Override
  public final void end(Status why) {
    synchronized (this) {
      if (ended) {
        return;
      }
      ended = true;
      call.close(why, new Metadata());
    }
    streams.remove(this);
    ended();
  }
}
