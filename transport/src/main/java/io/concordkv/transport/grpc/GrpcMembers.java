package io.concordkv.transport.grpc;

import io.concordkv.base.ByteReader;
import io.concordkv.base.Bytes;
import io.concordkv.base.CorruptionError;
import io.concordkv.transport.peer.Roster;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

/// Asks a node for the list of members, before being one.
public final class GrpcMembers extends ClientCall.Listener<Bytes> {
  private final CompletableFuture<Bytes> answer = new CompletableFuture<>();

  private GrpcMembers() {}

  /// Asks who listens at `address`. Blocks.
  public static Roster.Page ask(InetSocketAddress address, Duration patience) throws IOException {
    var channel =
        NettyChannelBuilder.forAddress(address.getHostString(), address.getPort())
            .usePlaintext()
            .build();
    try {
      var listener = new GrpcMembers();
      var options = CallOptions.DEFAULT.withDeadlineAfter(patience.toNanos(), TimeUnit.NANOSECONDS);
      var call = channel.newCall(RawMessages.MEMBERS, options);
      call.start(listener, new Metadata());
      call.request(2);
      call.sendMessage(Bytes.EMPTY);
      call.halfClose();
      var in = new ByteReader(listener.answer.join());
      return new Roster.Page(in.u64(), in.rest().toUtf8());
    } catch (CompletionException | CorruptionError e) {
      throw new IOException(e.getCause() == null ? e.getMessage() : e.getCause().getMessage(), e);
    } finally {
      channel.shutdownNow();
    }
  }

  @Override
  public void onMessage(Bytes message) {
    answer.complete(message);
  }

  @Override
  public void onClose(Status status, Metadata trailers) {
    answer.completeExceptionally(new IOException(GrpcLine.reason(status)));
  }
}
