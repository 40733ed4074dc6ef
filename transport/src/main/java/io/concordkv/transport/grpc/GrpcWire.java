package io.concordkv.transport.grpc;

import io.concordkv.transport.peer.Accepted;
import io.concordkv.transport.peer.Handshake;
import io.concordkv.transport.peer.Line;
import io.concordkv.transport.peer.PeerConfig;
import io.concordkv.transport.peer.Sockets;
import io.concordkv.transport.peer.Wire;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// gRPC: each connection holds one call, which lives as long as it.
public final class GrpcWire implements Wire {
  /// What a peer may have under way to us on one connection. A fixed window, since grpc-java probes
  /// for the best one with a ping per burst of data.
  private static final int WINDOW_BYTES = 4 << 20;

  /// A message holds at least one frame; more than one only up to this size.
  private static final int BATCH_BYTES = 1 << 20;

  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private final Sockets sockets;
  private final PeerConfig config;
  private final List<Server> servers = new ArrayList<>();

  public GrpcWire(Sockets sockets, PeerConfig config) {
    this.sockets = sockets;
    this.config = config;
  }

  @Override
  public InetSocketAddress listen(InetSocketAddress address, Accepted accepted) {
    var service =
        ServerServiceDefinition.builder(RawMessages.CARRY.getServiceName())
            .addMethod(RawMessages.CARRY, (call, _) -> new GrpcIncoming(call).begin(accepted))
            .addMethod(RawMessages.MEMBERS, (call, _) -> new GrpcPage(call).begin(accepted))
            .build();
    var builder =
        NettyServerBuilder.forAddress(address)
            .channelType(sockets.listening())
            .bossEventLoopGroup(sockets.group())
            .workerEventLoopGroup(sockets.group())
            .directExecutor()
            .flowControlWindow(WINDOW_BYTES)
            .maxInboundMessageSize(config.maxFrameBytes() + BATCH_BYTES)
            .maxConcurrentCallsPerConnection(1)
            .maxConnectionIdle(config.timeout().toNanos(), TimeUnit.NANOSECONDS)
            .addService(service);
    sockets.listenOptions(builder::withOption);
    sockets.acceptOptions(builder::withChildOption);
    try {
      var server = builder.build().start();
      servers.add(server);
      return (InetSocketAddress) server.getListenSockets().getFirst();
    } catch (IOException e) {
      throw new UncheckedIOException(
          "cannot listen for peers on " + address + ": " + e.getMessage(), e);
    }
  }

  @Override
  public Line dial(InetSocketAddress address, Handshake.Hello hello, Line.Events events) {
    var builder =
        NettyChannelBuilder.forAddress(address)
            .usePlaintext()
            .channelType(sockets.dialing())
            .eventLoopGroup(sockets.group())
            .directExecutor()
            .disableRetry()
            .flowControlWindow(WINDOW_BYTES);
    sockets.dialOptions(config.timeout(), builder::withOption);
    return GrpcLine.dial(builder.build(), sockets.thread(), hello, events);
  }

  @Override
  public void close() {
    for (var server : servers) {
      try {
        boolean _ = server.shutdownNow().awaitTermination(PATIENCE.toNanos(), TimeUnit.NANOSECONDS);
      } catch (InterruptedException _) {
        // The sockets are closed behind this all the same.
      }
    }
  }
}
