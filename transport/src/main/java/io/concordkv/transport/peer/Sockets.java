package io.concordkv.transport.peer;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
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
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// The kind of sockets that a transport uses, and its two threads: one for all input and output,
/// and one that looks up names, because that blocks. Epoll where the platform has it, else NIO.
@SuppressWarnings("FutureReturnValueIgnored") // what fails while closing is gone anyway
public final class Sockets implements AutoCloseable {
  /// Takes one option after the other: a method of whatever makes sockets.
  public interface Options {
    <T> void set(ChannelOption<T> option, T value);
  }

  private final boolean epoll = Epoll.isAvailable();
  private final EventLoopGroup network =
      new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("concord-net", true), handler());
  private final DefaultEventExecutor names =
      new DefaultEventExecutor(new DefaultThreadFactory("concord-names", true));

  private IoHandlerFactory handler() {
    return epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
  }

  public EventLoopGroup group() {
    return network;
  }

  /// The one thread that owns all connections.
  public EventExecutor thread() {
    return network.next();
  }

  public Class<? extends Channel> dialing() {
    return epoll ? EpollSocketChannel.class : NioSocketChannel.class;
  }

  public Class<? extends ServerChannel> listening() {
    return epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
  }

  /// Of a socket that dials.
  ///
  /// @param timeout for the dial, and for what was sent to be acknowledged by the peer's TCP
  public void dialOptions(Duration timeout, Options options) {
    int millis = Math.toIntExact(timeout.toMillis());
    options.set(ChannelOption.TCP_NODELAY, true);
    options.set(ChannelOption.SO_KEEPALIVE, true);
    options.set(ChannelOption.CONNECT_TIMEOUT_MILLIS, millis);
    if (epoll) {
      // After a partition TCP waits longer and longer before it tries again, up to minutes; a new
      // connection is there at once.
      options.set(EpollChannelOption.TCP_USER_TIMEOUT, millis);
    }
  }

  /// Of a socket that was accepted.
  public void acceptOptions(Options options) {
    options.set(ChannelOption.TCP_NODELAY, true);
    options.set(ChannelOption.SO_KEEPALIVE, true);
  }

  /// Of a socket that listens.
  public void listenOptions(Options options) {
    options.set(ChannelOption.SO_REUSEADDR, true);
    options.set(ChannelOption.SO_BACKLOG, 128);
  }

  /// Looks up the name in `address`; calls `found` or, with the reason, `failed` on the thread.
  void resolve(
      InetSocketAddress address, Consumer<InetSocketAddress> found, Consumer<String> failed) {
    names
        .submit(() -> InetAddress.getByName(address.getHostString()))
        .addListener((Future<InetAddress> lookUp) ->
            thread()
                .execute(() -> {
                  if (lookUp.isSuccess()) {
                    found.accept(new InetSocketAddress(lookUp.getNow(), address.getPort()));
                  } else {
                    failed.accept(String.valueOf(lookUp.cause().getMessage()));
                  }
                }));
  }

  /// Whether the peer's machine ended the connection, rather than not being heard of for long.
  public static boolean brokenByPeer(Throwable cause) {
    var message = String.valueOf(cause.getMessage());
    return message.contains("Connection reset") || message.contains("Broken pipe");
  }

  /// Waits until all sockets are closed.
  @Override
  public void close() {
    names.shutdownGracefully(0, 0, TimeUnit.SECONDS);
    network.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
  }
}
