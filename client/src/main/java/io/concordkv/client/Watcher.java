package io.concordkv.client;

import io.concordkv.proto.etcdserverpb.WatchCreateRequest;
import io.concordkv.proto.etcdserverpb.WatchGrpc;
import io.concordkv.proto.etcdserverpb.WatchRequest;
import io.concordkv.proto.etcdserverpb.WatchResponse;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// One watch, read by one thread. When its connection breaks it goes on at the next member, from
/// the revision after the last one told: nothing is left out, nothing is told twice.
///
/// Memory is bounded: only [#WINDOW] messages are asked for ahead of the reader.
public final class Watcher implements AutoCloseable {
  private static final int WINDOW = 16;
  private static final long PAUSE_MILLIS = 100;

  private final Calls calls;
  private final WatchCreateRequest request;
  private volatile @Nullable Stream stream;
  private volatile boolean closed;
  private int index;
  private long nextRevision;

  Watcher(Calls calls, WatchCreateRequest request) {
    this.calls = calls;
    this.request = request;
    this.index = calls.preferred();
    this.nextRevision = request.getStartRevision();
  }

  /// The next message with events, or a progress notice if these were asked for.
  ///
  /// @throws ClientException.Compacted if the revision to go on from is gone
  /// @throws ClientException.Rejected if the server refuses or ends the watch, or this was closed
  public WatchResponse next() throws InterruptedException {
    while (true) {
      var message = poll(Duration.ofDays(1));
      if (message != null) {
        return message;
      }
    }
  }

  /// As [#next], null if nothing comes within `timeout`.
  public @Nullable WatchResponse poll(Duration timeout) throws InterruptedException {
    var end = System.nanoTime() + timeout.toNanos();
    while (true) {
      var current = stream;
      if (current == null) {
        current = connect();
      }
      var item = current.items.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
      switch (item) {
        case null -> {
          return null;
        }
        case Ended ended -> reconnectAfter(ended.status());
        case Message(var message) -> {
          current.call.request(1);
          if (accept(message)) {
            return message;
          }
        }
      }
    }
  }

  private boolean accept(WatchResponse message) {
    if (message.getCompactRevision() > 0) {
      close();
      throw new ClientException.Compacted(message.getCompactRevision());
    }
    if (message.getCanceled()) {
      close();
      throw rejected(Status.CANCELLED.withDescription(message.getCancelReason()));
    }
    var revision = message.getHeader().getRevision();
    if (message.getCreated()) {
      nextRevision = nextRevision == 0 ? revision + 1 : nextRevision;
      return false;
    }
    if (message.getEventsCount() == 0) {
      nextRevision = Math.max(nextRevision, revision + 1);
      return request.getProgressNotify();
    }
    // The rest of a revision cut into fragments is still to come.
    var last = message.getEvents(message.getEventsCount() - 1).getKv().getModRevision();
    nextRevision = Math.max(nextRevision, message.getFragment() ? last : last + 1);
    return true;
  }

  private Stream connect() {
    if (closed) {
      throw rejected(Status.CANCELLED.withDescription("the watcher is closed"));
    }
    var fresh = new Stream(calls.call(WatchGrpc.getWatchMethod(), index, CallOptions.DEFAULT));
    fresh.call.start(fresh, new Metadata());
    fresh.call.request(WINDOW);
    fresh.call.sendMessage(
        WatchRequest.newBuilder()
            .setCreateRequest(request.toBuilder().setStartRevision(nextRevision))
            .build());
    stream = fresh;
    if (closed) {
      // Whoever closed it meanwhile did not find this one.
      fresh.call.cancel("closed", null);
    }
    return fresh;
  }

  private void reconnectAfter(Status status) throws InterruptedException {
    stream = null;
    if (closed) {
      throw rejected(Status.CANCELLED.withDescription("the watcher is closed"));
    }
    switch (status.getCode()) {
      case OK, UNAVAILABLE, UNKNOWN, INTERNAL, CANCELLED -> {
        index = (index + 1) % calls.options().endpoints().size();
        Thread.sleep(PAUSE_MILLIS);
      }
      default -> throw rejected(status);
    }
  }

  private ClientException rejected(Status status) {
    return new ClientException.Rejected(
        status.getCode(),
        Attempt.reason(status),
        calls.endpoint(index),
        status.asRuntimeException());
  }

  /// May be called by any thread; a reader that waits is told.
  @Override
  public void close() {
    closed = true;
    var current = stream;
    if (current != null) {
      current.call.cancel("closed", null);
    }
  }

  private sealed interface Item {}

  private record Message(WatchResponse message) implements Item {}

  private record Ended(Status status) implements Item {}

  private static final class Stream extends ClientCall.Listener<WatchResponse> {
    final ClientCall<WatchRequest, WatchResponse> call;
    final LinkedBlockingQueue<Item> items = new LinkedBlockingQueue<>();

    Stream(ClientCall<WatchRequest, WatchResponse> call) {
      this.call = call;
    }

    @Override
    public void onMessage(WatchResponse message) {
      items.add(new Message(message));
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      items.add(new Ended(status));
    }
  }
}
