package io.concordkv.bench;

import com.google.protobuf.ByteString;
import io.concordkv.proto.etcdserverpb.KVGrpc;
import io.concordkv.proto.etcdserverpb.PutRequest;
import io.concordkv.proto.etcdserverpb.WatchCreateRequest;
import io.concordkv.proto.etcdserverpb.WatchGrpc;
import io.concordkv.proto.etcdserverpb.WatchRequest;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// One client that writes a key, and many that watch it, each over a stream of its own. The writer
/// writes again once its write is confirmed and everybody has seen it, so each message to a watcher
/// is one event. An operation is an event; its time runs from the write's start.
final class WatchLoad implements Load {
  private final Channels channels;
  private final Tally tally;
  private final MethodDescriptor<byte[], byte[]> put = Raw.of(KVGrpc.getPutMethod());
  private final byte[] write;
  private final List<Watcher> watchers = new ArrayList<>();
  private final CountDownLatch created;
  private boolean stopped;
  private int unseen;
  private int writes;
  private long sinceNanos;

  /// Creates the watches: blocks.
  WatchLoad(Channels channels, Tally tally, int clients, ByteString key, ByteString value) {
    this.channels = channels;
    this.tally = tally;
    write = PutRequest.newBuilder().setKey(key).setValue(value).build().toByteArray();
    created = new CountDownLatch(clients);
    var create = WatchCreateRequest.newBuilder().setKey(key);
    var request = WatchRequest.newBuilder().setCreateRequest(create).build().toByteArray();
    var watch = Raw.of(WatchGrpc.getWatchMethod());
    channels
        .loop()
        .execute(() -> {
          for (int client = 0; client < clients; client++) {
            var watcher = new Watcher(channels.get(client).newCall(watch, CallOptions.DEFAULT));
            watchers.add(watcher);
            watcher.open(request);
          }
        });
    try {
      if (!created.await(30, TimeUnit.SECONDS)) {
        throw new IllegalStateException("watches were not created: " + tally.lastError());
      }
    } catch (InterruptedException stop) {
      throw new IllegalStateException(stop);
    }
  }

  @Override
  public void start() {
    writeAgain();
  }

  private void writeAgain() {
    unseen = watchers.size() + 1;
    sinceNanos = System.nanoTime();
    var call = channels.get(writes++ & Integer.MAX_VALUE).newCall(put, CallOptions.DEFAULT);
    call.start(new Written(), new Metadata());
    call.request(1);
    call.sendMessage(write);
    call.halfClose();
  }

  private void seen() {
    if (--unseen == 0) {
      if (stopped) {
        watchers.forEach(watcher -> watcher.call.cancel("measured", null));
      } else {
        writeAgain();
      }
    }
  }

  @Override
  public void stop() {
    stopped = true;
  }

  @Override
  public boolean idle() {
    return unseen == 0;
  }

  private final class Written extends ClientCall.Listener<byte[]> {
    @Override
    public void onClose(Status status, Metadata trailers) {
      if (!status.isOk()) {
        tally.failed(status.toString());
      }
      seen();
    }
  }

  private final class Watcher extends ClientCall.Listener<byte[]> {
    private final ClientCall<byte[], byte[]> call;
    private boolean open;

    Watcher(ClientCall<byte[], byte[]> call) {
      this.call = call;
    }

    void open(byte[] request) {
      call.start(this, new Metadata());
      call.request(1);
      call.sendMessage(request);
    }

    @Override
    public void onMessage(byte[] message) {
      call.request(1);
      if (open) {
        tally.answered(sinceNanos);
        seen();
      } else {
        open = true;
        created.countDown();
      }
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      if (!stopped) {
        tally.failed(status.toString());
      }
    }
  }
}
