package io.concordkv.server;

import io.concordkv.node.Node;
import io.concordkv.server.rpc.Services;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.ChannelOption;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Serves one node to clients. Owns neither the node nor the loop. To stop: first [#drain()], then
/// stop the node, which answers all that still waits, then [#close()], then the node's environment,
/// and last the loop, by which all answers leave.
public final class ConcordServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ConcordServer.class);

  /// Clients that ping more often are disconnected.
  private static final int CLIENT_PING_SECONDS = 5;

  private static final int PING_HOURS = 2;
  private static final int PING_TIMEOUT_SECONDS = 20;

  /// What a connection may have under way to us. A fixed window, since grpc-java probes for the
  /// best one with a ping per burst of data.
  private static final int WINDOW_BYTES = 1 << 20;

  private static final int BACKLOG = 1024;

  private final ServerConfig config;
  private final Services services;
  private final Server server;
  private final Future<?> ticks;

  private ConcordServer(ServerConfig config, Services services, Server server, Future<?> ticks) {
    this.config = config;
    this.services = services;
    this.server = server;
    this.ticks = ticks;
  }

  /// Binds all ports and starts to serve. Throws [UncheckedIOException] if a port cannot be had.
  public static ConcordServer open(Node node, ServerConfig config, IoLoop loop) {
    var services = new Services(node, config.limits());
    try {
      var server = build(node, config, services, loop).start();
      long tickNanos = config.electionTimeout().toNanos();
      var ticks =
          loop.group()
              .next()
              .scheduleAtFixedRate(services::tick, tickNanos, tickNanos, TimeUnit.NANOSECONDS);
      LOG.info("listening addresses={}", server.getListenSockets());
      return new ConcordServer(config, services, server, ticks);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Server build(Node node, ServerConfig config, Services services, IoLoop loop) {
    var paths = new HttpPaths(node, services::hasLeader);
    var http = OnePort.credentials(() -> new HttpDoor(paths));
    var builder =
        NettyServerBuilder.forAddress(config.listen().getFirst(), http)
            .channelType(loop.channel())
            .bossEventLoopGroup(loop.group())
            .workerEventLoopGroup(loop.group())
            .withOption(ChannelOption.SO_BACKLOG, BACKLOG)
            .withOption(ChannelOption.SO_REUSEADDR, true)
            .withChildOption(ChannelOption.TCP_NODELAY, true)
            .directExecutor()
            .flowControlWindow(WINDOW_BYTES)
            .maxInboundMessageSize(services.hardLimitBytes())
            .maxConcurrentCallsPerConnection(Integer.MAX_VALUE)
            .permitKeepAliveTime(CLIENT_PING_SECONDS, TimeUnit.SECONDS)
            .permitKeepAliveWithoutCalls(false)
            .keepAliveTime(PING_HOURS, TimeUnit.HOURS)
            .keepAliveTimeout(PING_TIMEOUT_SECONDS, TimeUnit.SECONDS)
            .fallbackHandlerRegistry(services.fallback())
            .addServices(services.definitions());
    config.listen().stream().skip(1).forEach(builder::addListenAddress);
    return builder.build();
  }

  /// The port of the first listen address.
  public int port() {
    return server.getListenSockets().stream()
        .map(InetSocketAddress.class::cast)
        .mapToInt(InetSocketAddress::getPort)
        .findFirst()
        .orElseThrow();
  }

  /// Closes the ports, ends all streams, and lets the calls that are being answered finish for a
  /// bounded time. The node still runs.
  public void drain() {
    LOG.info("stopping addresses={}", server.getListenSockets());
    server.shutdown();
    services.stop();
    await();
  }

  /// Behind the node's end: waits a bounded time until all answers have left, and cancels what is
  /// still open, which learns so while its event loop runs.
  @Override
  public void close() {
    server.shutdown();
    if (!await()) {
      server.shutdownNow();
      await();
    }
    ticks.cancel(false);
  }

  private boolean await() {
    try {
      return server.awaitTermination(config.drain().toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      server.shutdownNow();
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
