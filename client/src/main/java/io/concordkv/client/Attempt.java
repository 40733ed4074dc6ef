package io.concordkv.client;

import io.grpc.CallOptions;
import io.grpc.Deadline;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// One call on its way: which members were asked, and what is to be done with a failure.
///
/// A read goes on to the next member when one cannot answer, and begins another round after a pause
/// as long as somebody said that it is only temporary. A write goes on only when the connection was
/// refused, since then nothing was sent.
final class Attempt<Q, A> implements StreamObserver<A> {
  private static final long PAUSE_MILLIS = 100;

  private final Calls calls;
  private final MethodDescriptor<Q, A> method;
  private final Q request;
  private final boolean repeatable;
  private final int endpoints;
  private final Deadline deadline;
  private final CompletableFuture<A> done = new CompletableFuture<>();
  private final List<ClientException.Failure> refused = new ArrayList<>();
  private int index;
  private int asked;
  private @Nullable A answer;

  Attempt(
      Calls calls,
      MethodDescriptor<Q, A> method,
      Q request,
      boolean repeatable,
      int first,
      int endpoints) {
    this.calls = calls;
    this.method = method;
    this.request = request;
    this.repeatable = repeatable;
    this.index = first;
    this.endpoints = endpoints;
    this.deadline = Deadline.after(calls.options().callTimeout().toMillis(), TimeUnit.MILLISECONDS);
  }

  CompletableFuture<A> start() {
    send();
    return done;
  }

  private void send() {
    answer = null;
    var options = CallOptions.DEFAULT.withDeadline(deadline);
    ClientCalls.asyncUnaryCall(calls.call(method, index, options), request, this);
  }

  @Override
  public void onNext(A value) {
    answer = value;
  }

  @Override
  public void onCompleted() {
    if (answer == null) {
      onError(Status.INTERNAL.withDescription("the answer is missing").asRuntimeException());
      return;
    }
    done.complete(answer);
  }

  @Override
  public void onError(Throwable failure) {
    var status = Status.fromThrowable(failure);
    var endpoint = calls.endpoint(index);
    var neverSent = neverSent(failure);
    if (neverSent) {
      refused.add(new ClientException.Failure(endpoint, reason(status)));
    }
    asked++;
    if (unanswered(status) && (neverSent || repeatable)) {
      if (endpoints > 1) {
        calls.moveOnFrom(index);
        index = (index + 1) % calls.options().endpoints().size();
      }
      if (asked < endpoints) {
        send();
        return;
      }
      if (repeatable && refused.size() < asked && !deadline.isExpired()) {
        var pause =
            Math.min(PAUSE_MILLIS, Math.max(1, deadline.timeRemaining(TimeUnit.MILLISECONDS)));
        refused.clear();
        asked = 0;
        CompletableFuture.delayedExecutor(pause, TimeUnit.MILLISECONDS, calls.callbacks())
            .execute(this::send);
        return;
      }
    }
    done.completeExceptionally(failure(status, endpoint, failure));
  }

  private ClientException failure(Status status, Endpoint endpoint, Throwable cause) {
    if (!refused.isEmpty() && refused.size() == asked) {
      return new ClientException.Unreachable(refused, cause);
    }
    var call =
        method.getBareMethodName() == null
            ? method.getFullMethodName()
            : method.getBareMethodName();
    var rejected = new ClientException.Rejected(status.getCode(), reason(status), endpoint, cause);
    return switch (status.getCode()) {
      case UNAVAILABLE, CANCELLED, UNKNOWN, INTERNAL -> {
        if (repeatable || notDone(status)) {
          yield rejected;
        }
        yield new ClientException.OutcomeUnknown(call, endpoint, reason(status), cause);
      }
      case DEADLINE_EXCEEDED ->
          repeatable
              ? new ClientException.Overdue(
                  call, endpoint, calls.options().callTimeout(), reason(status), cause)
              : new ClientException.OutcomeUnknown(call, endpoint, reason(status), cause);
      default -> rejected;
    };
  }

  /// Answers of a server that come before it proposes anything.
  private static boolean notDone(Status status) {
    return switch (status.getDescription()) {
      case "etcdserver: no leader",
          "etcdserver: too many requests",
          "etcdserver: unhealthy cluster",
          "etcdserver: re-configuration failed due to not enough started members" ->
          true;
      case null, default -> false;
    };
  }

  /// No server said this: the connection was lost, which gRPC calls unknown if it notices while it
  /// writes.
  static boolean unanswered(Status status) {
    return status.getCode() == Status.Code.UNAVAILABLE
        || (status.getCode() == Status.Code.UNKNOWN && status.getCause() instanceof IOException);
  }

  static boolean neverSent(Throwable failure) {
    for (var cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof ConnectException
          || cause instanceof UnknownHostException
          || cause instanceof UnresolvedAddressException) {
        return true;
      }
    }
    return false;
  }

  /// The words of the server, or what the network said, without the names of classes.
  static String reason(Status status) {
    for (var cause = status.getCause(); cause != null; cause = cause.getCause()) {
      if (cause instanceof UnknownHostException || cause instanceof UnresolvedAddressException) {
        return "unknown host";
      }
      if (cause instanceof ConnectException refused) {
        return String.valueOf(refused.getMessage()).contains("timed out")
            ? "connection timed out"
            : "connection refused";
      }
      if (cause.getCause() == null
          && !(cause instanceof StatusRuntimeException)
          && cause.getMessage() != null) {
        return cause.getMessage();
      }
    }
    var text = status.getDescription();
    if (status.getCode() == Status.Code.DEADLINE_EXCEEDED
        && (text == null || !text.startsWith("etcdserver:"))) {
      return "context deadline exceeded";
    }
    return text == null ? status.getCode().toString() : text;
  }
}
