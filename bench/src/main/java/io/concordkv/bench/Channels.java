package io.concordkv.bench;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// The clients' connections: about one for each hundred clients, spread evenly over the nodes as a
/// balanced client spreads its own. One thread serves them all and runs everything of the load.
final class Channels implements AutoCloseable {
  private static final int CLIENTS_PER_CHANNEL = 100;
  private static final int MAX_MESSAGE_BYTES = 64 << 20;

  private final MultiThreadIoEventLoopGroup group;
  private final List<ManagedChannel> channels = new ArrayList<>();

  Channels(List<Integer> ports, int clients) {
    group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    int perNode = Math.max(1, Math.round((float) clients / CLIENTS_PER_CHANNEL / ports.size()));
    for (int i = 0; i < perNode; i++) {
      for (int port : ports) {
        channels.add(
            NettyChannelBuilder.forAddress(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
                .eventLoopGroup(group)
                .channelType(EpollSocketChannel.class)
                .directExecutor()
                .usePlaintext()
                .maxInboundMessageSize(MAX_MESSAGE_BYTES)
                .build());
      }
    }
  }

  int count() {
    return channels.size();
  }

  ManagedChannel get(int number) {
    return channels.get(number % channels.size());
  }

  EventLoop loop() {
    return group.next();
  }

  @Override
  public void close() {
    channels.forEach(ManagedChannel::shutdownNow);
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
  }
}
