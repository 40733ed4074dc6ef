package io.concordkv.transport.tcp;

import io.concordkv.transport.peer.Accepted;
import io.concordkv.transport.peer.Handshake;
import io.concordkv.transport.peer.Line;
import io.concordkv.transport.peer.PeerConfig;
import io.concordkv.transport.peer.Sockets;
import io.concordkv.transport.peer.Wire;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/// Plain TCP.
@SuppressWarnings("FutureReturnValueIgnored") // what fails on a connection closes it
public final class TcpWire implements Wire {
  private static final WriteBufferWaterMark UNSENT_BYTES =
      new WriteBufferWaterMark(512 << 10, 1 << 20);

  private final Sockets sockets;
  private final PeerConfig config;
  private final List<Channel> listeners = new ArrayList<>();

  public TcpWire(Sockets sockets, PeerConfig config) {
    this.sockets = sockets;
    this.config = config;
  }

  @Override
  public InetSocketAddress listen(InetSocketAddress address, Accepted accepted) {
    var bootstrap =
        new ServerBootstrap()
            .group(sockets.group())
            .channel(sockets.listening())
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    TcpIncoming.start(channel, accepted);
                  }
                });
    sockets.listenOptions(bootstrap::option);
    sockets.acceptOptions(bootstrap::childOption);
    var bind = bootstrap.bind(address).awaitUninterruptibly();
    if (!bind.isSuccess()) {
      throw new UncheckedIOException(
          "cannot listen for peers on " + address + ": " + bind.cause().getMessage(),
          new IOException(bind.cause()));
    }
    listeners.add(bind.channel());
    return (InetSocketAddress) bind.channel().localAddress();
  }

  @Override
  public Line dial(InetSocketAddress address, Handshake.Hello hello, Line.Events events) {
    var bootstrap =
        new Bootstrap()
            .group(sockets.group())
            .channel(sockets.dialing())
            .option(ChannelOption.WRITE_BUFFER_WATER_MARK, UNSENT_BYTES);
    sockets.dialOptions(config.timeout(), bootstrap::option);
    return TcpLine.dial(bootstrap, sockets, address, hello, events);
  }

  @Override
  public void close() {
    listeners.forEach(listener -> listener.close().awaitUninterruptibly());
  }
}
