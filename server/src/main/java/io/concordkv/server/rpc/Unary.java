package io.concordkv.server.rpc;

import io.concordkv.base.ConcordException;
import io.concordkv.base.ErrorCode;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/// Runs a method with one request and one answer.
///
/// This is the hot path of the edge. It does what grpc-java's stub would do, without an observer
/// and a stream wrapper per call, and it can end a call whose request could not be read with a
/// status of our own.
final class Unary<Q, A> implements ServerCallHandler<Received<Q>, A> {
  /// What is done with a request. It throws [ConcordException] if the request is refused at once;
  /// else it sees to it that `call` is answered, by any thread.
  interface Method<Q, A> {
    void run(Q request, UnaryCall<A> call);
  }

  /// One more than there should be, so that a second message is noticed.
  private static final int REQUESTED_MESSAGES = 2;

  private final Method<Q, A> method;
  private final LeaderRule leaderRule;
  private final StandingRule standingRule;

  Unary(Method<Q, A> method, LeaderRule leaderRule, StandingRule standingRule) {
    this.method = method;
    this.leaderRule = leaderRule;
    this.standingRule = standingRule;
  }

  @Override
  public ServerCall.Listener<Received<Q>> startCall(
      ServerCall<Received<Q>, A> call, Metadata headers) {
    call.request(REQUESTED_MESSAGES);
    return new Listener(call, leaderRule.refuses(headers));
  }

  private final class Listener extends ServerCall.Listener<Received<Q>> {
    private final ServerCall<Received<Q>, A> call;
    private final boolean refused;
    private @Nullable Received<Q> request;
    private boolean ended;

    Listener(ServerCall<Received<Q>, A> call, boolean refused) {
      this.call = call;
      this.refused = refused;
    }

    @Override
    public void onMessage(Received<Q> message) {
      if (request != null && !ended) {
        end(Status.INTERNAL.withDescription("Too many requests"));
      }
      request = message;
    }

    @Override
    public void onHalfClose() {
      if (ended) {
        return;
      }
      switch (request) {
        case null -> end(Status.INTERNAL.withDescription("Half-closed without a request"));
        case Received.Refused<Q>(var why) -> end(why);
        case Received.Message<Q>(var value, int bytes) -> {
          ended = true;
          run(value, new UnaryCall<>(call, bytes));
        }
      }
    }

    private void run(Q value, UnaryCall<A> unary) {
      var refusal = standingRule.refusal(value);
      if (refusal != null) {
        unary.fail(refusal);
        return;
      }
      if (refused) {
        unary.fail(ErrorCode.NO_LEADER);
        return;
      }
      try {
        method.run(value, unary);
      } catch (ConcordException e) {
        unary.fail(e.code());
      }
    }

    private void end(Status why) {
      ended = true;
      call.close(why, new Metadata());
    }
  }
}
