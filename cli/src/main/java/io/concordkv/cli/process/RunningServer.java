package io.concordkv.cli.process;

import io.concordkv.base.env.FileSystem;
import io.concordkv.base.env.RealEnv;
import io.concordkv.cli.config.ServerOptions;
import io.concordkv.node.Bootstrap;
import io.concordkv.node.LeaderRules;
import io.concordkv.node.MemberRules;
import io.concordkv.node.Node;
import io.concordkv.node.NodeConfig;
import io.concordkv.server.ConcordServer;
import io.concordkv.server.IoLoop;
import io.concordkv.server.ServerConfig;
import io.concordkv.server.wire.Limits;
import io.concordkv.transport.peer.PeerTransport.Expulsion;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One node with its doors: assembled from its options, taken apart in the reverse order.
final class RunningServer implements AutoCloseable {
  /// The longest that a node may take to hand over and close.
  private static final Duration STOP = Duration.ofSeconds(5);

  /// With fewer the node shares the clients' thread: a wake-up costs more than it gains.
  private static final int CORES_FOR_TWO_LOOPS = 4;

  private static final Logger LOG = LoggerFactory.getLogger(RunningServer.class);

  private final IoLoop loop;
  private final RealEnv env;
  private final Node node;
  private final ConcordServer server;

  private RunningServer(RealEnv env, Node node, ConcordServer server, IoLoop loop) {
    this.loop = loop;
    this.env = env;
    this.node = node;
    this.server = server;
  }

  /// Returns once the ports are open. `fatal` is called if the node cannot go on, `expelled` if the
  /// others will not have it any more.
  static RunningServer open(
      ServerOptions options, Consumer<Throwable> fatal, Consumer<Expulsion> expelled) {
    var loop = IoLoop.open(fatal);
    var directory = Path.of(options.dataDir());
    var env =
        Runtime.getRuntime().availableProcessors() < CORES_FOR_TWO_LOOPS
            ? RealEnv.on(loop, directory, options.name(), fatal)
            : RealEnv.open(directory, options.name(), fatal);
    var bootstrap = bootstrap(options, env.files());
    var node = onLoop(env, options, bootstrap, new PeerDialer(env, options, expelled));
    node.observeDamage(problem -> LOG.error("data {}", problem));
    var whole = new CompletableFuture<Boolean>();
    node.whenWhole(() -> whole.complete(true));
    whole.join();
    var server = ConcordServer.open(node, serverConfig(options), loop);
    return new RunningServer(env, node, server, loop);
  }

  private static Node onLoop(
      RealEnv env, ServerOptions options, Bootstrap bootstrap, Node.Dialer dialer) {
    var opened = new CompletableFuture<Node>();
    env.loop()
        .post(() -> {
          try {
            opened.complete(Node.open(env, nodeConfig(options), bootstrap, dialer));
          } catch (RuntimeException | Error failure) {
            opened.completeExceptionally(failure);
          }
        });
    try {
      return opened.join();
    } catch (CompletionException e) {
      switch (e.getCause()) {
        case RuntimeException failure -> throw failure;
        case Error failure -> throw failure;
        case null, default -> throw e;
      }
    }
  }

  private static Bootstrap bootstrap(ServerOptions options, FileSystem files) {
    return new Bootstrap(
        options.name(),
        options.token(),
        new TreeMap<>(options.initialCluster()),
        options.advertiseClient(),
        !options.joining(),
        options.joining() && !Node.isSettled(files) ? Joining.find(options) : null);
  }

  private static NodeConfig nodeConfig(ServerOptions options) {
    var base = NodeConfig.DEFAULT;
    return new NodeConfig(
        options.heartbeat(),
        Math.toIntExact(options.election().dividedBy(options.heartbeat())),
        options.snapshotEntries(),
        options.catchUpEntries(),
        base.catchUpBytes(),
        Math.max(base.maxEntryBytes(), options.maxRequestBytes() + (64 << 10)),
        base.maxApplyLag(),
        base.maxPending(),
        base.restTicks(),
        base.raft(),
        base.wal(),
        base.lsm(),
        base.mvcc(),
        base.watch(),
        new MemberRules(
            options.strictReconfigCheck(), options.maxLearners(), options.promotionMargin()),
        new LeaderRules(options.leaseDriftPercent(), options.electionPriority()),
        base.upkeep());
  }

  private static ServerConfig serverConfig(ServerOptions options) {
    var limits =
        new Limits(
            options.maxRequestBytes(),
            options.maxTxnOperations(),
            options.quotaBytes() == 0 ? Limits.DEFAULT.quotaBytes() : options.quotaBytes());
    var listen = ListenAddresses.of(options.listenClient()).toArray(InetSocketAddress[]::new);
    return ServerConfig.at(listen).withLimits(limits).withElectionTimeout(options.election());
  }

  long member() {
    return node.id();
  }

  long cluster() {
    return node.cluster();
  }

  void whenReady(Runnable task) {
    node.whenReady(task);
  }

  /// Lets calls end, hands leadership over, answers what still waits: all within a bounded time.
  @Override
  public void close() {
    server.drain();
    var stopped = new CountDownLatch(1);
    node.stop(stopped::countDown);
    try {
      if (!stopped.await(STOP.toMillis(), TimeUnit.MILLISECONDS)) {
        LOG.warn("stopping took longer than {} s and is cut off", STOP.toSeconds());
        return;
      }
      server.close();
      env.close();
      loop.close();
      LOG.info("stopped");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
