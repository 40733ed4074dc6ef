package io.concordkv.server;

import io.concordkv.base.env.RealEnv;
import io.concordkv.node.Bootstrap;
import io.concordkv.node.Node;
import io.concordkv.node.NodeConfig;
import io.concordkv.transport.SilentTransport;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;

/// A node that reaches no peers and a server before it, in this process.
public final class LiveServer implements AutoCloseable {
  private static final int PATIENCE_SECONDS = 30;

  private final IoLoop loop;
  private final RealEnv env;
  private final Node node;
  private final ConcordServer server;
  private boolean closed;

  private LiveServer(RealEnv env, Node node, ConcordServer server, IoLoop loop) {
    this.loop = loop;
    this.env = env;
    this.node = node;
    this.server = server;
  }

  /// Opens both and waits until the node is ready.
  public static LiveServer open(
      Path directory, NodeConfig config, UnaryOperator<ServerConfig> change) {
    var live = start(directory, config, change, new TreeMap<>());
    var ready = new CountDownLatch(1);
    live.node.whenReady(ready::countDown);
    await(ready);
    return live;
  }

  /// Opens both; the other member is never there, so no write can be done.
  static LiveServer withoutQuorum(Path directory, UnaryOperator<ServerConfig> change) {
    var absent = new TreeMap<String, List<String>>();
    absent.put("absent", List.of("http://127.0.0.1:27092"));
    return start(directory, NodeConfig.DEFAULT, change, absent);
  }

  private static LiveServer start(
      Path directory,
      NodeConfig config,
      UnaryOperator<ServerConfig> change,
      Map<String, List<String>> others) {
    var members = new TreeMap<>(others);
    members.put("golden", List.of("http://127.0.0.1:27091"));
    var bootstrap =
        new Bootstrap("golden", "golden-token", members, List.of("http://127.0.0.1:27090"));
    var opened = new CompletableFuture<Node>();
    var loop = IoLoop.open(opened::completeExceptionally);
    var env = RealEnv.on(loop, directory, "node", opened::completeExceptionally);
    env.loop()
        .post(() ->
            opened.complete(Node.open(env, config, bootstrap, (_, _, _) -> new SilentTransport())));
    try {
      var node = opened.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
      var listen = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
      return new LiveServer(
          env, node, ConcordServer.open(node, change.apply(ServerConfig.at(listen)), loop), loop);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  public int port() {
    return server.port();
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    server.drain();
    var stopped = new CountDownLatch(1);
    node.stop(stopped::countDown);
    await(stopped);
    server.close();
    env.close();
    loop.close();
  }

  private static void await(CountDownLatch latch) {
    try {
      if (!latch.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        throw new IllegalStateException("the node did not get there in time");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
