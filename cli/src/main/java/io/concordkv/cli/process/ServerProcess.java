package io.concordkv.cli.process;

import io.concordkv.base.ConcordException;
import io.concordkv.base.CorruptionError;
import io.concordkv.base.env.FileException;
import io.concordkv.cli.config.ServerOptions;
import io.concordkv.cli.outcome.ExitCode;
import io.concordkv.cli.outcome.Version;
import io.concordkv.transport.peer.PeerTransport.Expulsion;
import java.io.UncheckedIOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A server as a process: starts, says when it is ready, stops when it is told to.
final class ServerProcess {
  /// What clients and scripts wait for.
  static final String READY = "ready to serve client requests";

  private static final Logger LOG = LoggerFactory.getLogger(ServerProcess.class);

  private static final AtomicBoolean ENDING = new AtomicBoolean();

  private ServerProcess() {}

  static int run(ServerOptions options) {
    LOG.info(
        "starting version={} api={} name={} data-dir={} pid={}",
        Version.own(),
        Version.API,
        options.name(),
        options.dataDir(),
        ProcessHandle.current().pid());
    RunningServer server;
    try {
      server = RunningServer.open(options, ServerProcess::die, ServerProcess::expelled);
    } catch (ConcordException | CorruptionError | FileException | UncheckedIOException refused) {
      return refuse(StartFailure.explain(refused, options));
    } catch (RuntimeException | Error bug) {
      LOG.error("cannot start", bug);
      return refuse(StartFailure.explain(bug, options));
    }
    Runtime.getRuntime().addShutdownHook(new Thread(server::close, "stop"));
    server.whenReady(() ->
        LOG.info(
            "{} name={} member={} cluster={} client-urls={}",
            READY,
            options.name(),
            Long.toHexString(server.member()),
            Long.toHexString(server.cluster()),
            String.join(",", options.advertiseClient())));
    waitForever();
    return ExitCode.OK.number();
  }

  /// Ends the process at once: threads may still run on behalf of what did not start.
  private static int refuse(String why) {
    System.err.println("Error: " + why);
    System.err.flush();
    Runtime.getRuntime().halt(ExitCode.ERROR.number());
    return ExitCode.ERROR.number();
  }

  /// A node whose state can no longer be trusted ends at once; its log brings it back.
  private static void die(Throwable failure) {
    LOG.error("stopped: {}", failure.toString(), failure);
    Runtime.getRuntime().halt(ExitCode.ERROR.number());
  }

  /// The others will not have this node any more: it ends in order, so that nobody starts it again
  /// in vain. Called on the node's loop, which the end needs.
  private static void expelled(Expulsion why) {
    if (ENDING.compareAndSet(false, true)) {
      var exit =
          switch (why) {
            case REMOVED -> {
              LOG.warn(
                  "this member was removed from the cluster, and stops. It cannot come back: add it"
                      + " again and start it with an empty data directory");
              yield ExitCode.OK;
            }
            case LOST_ITS_DATA -> {
              LOG.error(
                  "the others know this member with other data: what it had promised is lost, so it"
                      + " may not take part, and stops. Remove it, add it again, and start it with"
                      + " an empty data directory and --initial-cluster-state existing");
              yield ExitCode.ERROR;
            }
          };
      new Thread(() -> System.exit(exit.number()), "expelled").start();
    }
  }

  /// Signals end the process; the shutdown hook does the rest.
  private static void waitForever() {
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
