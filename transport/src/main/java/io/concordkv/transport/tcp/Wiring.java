package io.concordkv.transport.tcp;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultEventExecutor;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/// The sockets and the two threads of a transport: one for all input and output, and one that looks
/// up names, because that blocks. Epoll where the platform has it, else NIO.
@SuppressWarnings("FutureReturnValueIgnored") // what fails while closing is gone anyway
final class Wiring implements AutoCloseable {
  private final boolean epoll = Epoll.isAvailable();
  private final EventLoopGroup network =
      new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("concord-net", true), handler());
  private final DefaultEventExecutor names =
      new DefaultEventExecutor(new DefaultThreadFactory("concord-names", true));

  private IoHandlerFactory handler() {
    return epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
  }

  /// The one thread that owns all connections.
  EventExecutor thread() {
    return network.next();
  }

  EventExecutor names() {
    return names;
  }

  Bootstrap dialer(Duration timeout) {
    int millis = Math.toIntExact(timeout.toMillis());
    var dialer =
        new Bootstrap()
            .group(network)
            .channel(epoll ? EpollSocketChannel.class : NioSocketChannel.class)
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.SO_KEEPALIVE, true)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, millis)
            .option(
                ChannelOption.WRITE_BUFFER_WATER_MARK,
                new WriteBufferWaterMark(512 << 10, 1 << 20));
    if (epoll) {
      // After a partition TCP waits longer and longer before it tries again, up to minutes; a new
      // connection is there at once.
      dialer.option(EpollChannelOption.TCP_USER_TIMEOUT, millis);
    }
    return dialer;
  }

  ServerBootstrap listener() {
    return new ServerBootstrap()
        .group(network)
        .channel(epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class)
        .option(ChannelOption.SO_REUSEADDR, true)
        .option(ChannelOption.SO_BACKLOG, 128)
        .childOption(ChannelOption.TCP_NODELAY, true)
        .childOption(ChannelOption.SO_KEEPALIVE, true);
  }

  /// Waits until all sockets are closed.
  @Override
  public void close() {
    names.shutdownGracefully(0, 0, TimeUnit.SECONDS);
    network.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
  }
}
