package io.concordkv.server;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/// The I/O threads of a server: epoll where there is one.
record EventLoops(EventLoopGroup group, Class<? extends ServerChannel> channel) {
  static EventLoops start(int threads) {
    boolean epoll = Epoll.isAvailable();
    IoHandlerFactory handlers = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
    return new EventLoops(
        new MultiThreadIoEventLoopGroup(
            threads, new DefaultThreadFactory("concord-io", true), handlers),
        epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class);
  }

  void stop(Duration patience) {
    group
        .shutdownGracefully(0, patience.toNanos(), TimeUnit.NANOSECONDS)
        .awaitUninterruptibly(patience.toMillis());
  }
}
