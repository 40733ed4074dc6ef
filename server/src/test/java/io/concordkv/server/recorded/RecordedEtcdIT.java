package io.concordkv.server.recorded;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordkv.mvcc.watch.WatchOptions;
import io.concordkv.node.NodeConfig;
import io.concordkv.server.LiveServer;
import io.concordkv.server.ServerConfig;
import io.concordkv.server.wire.Limits;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/// Every recorded scenario that only needs what is served gets the recorded answers.
final class RecordedEtcdIT {
  private static final Path RECORDED =
      Path.of(System.getProperty("concord.root"), "server/src/test/resources/etcd-recorded");

  /// Scenarios mostly wait, for leases to expire or for nothing to come.
  private static final int AT_ONCE = 4;

  private final Differences differences = Differences.read(RECORDED.resolve("differences.txt"));

  @TempDir Path directory;

  @TestFactory
  Stream<DynamicTest> recorded_scenarios_get_the_recorded_answers() {
    var all = Scenario.all(RECORDED);
    var pending = Pending.read(RECORDED.resolve("pending.txt"));
    var covered = all.stream().filter(scenario -> !pending.keepsOut(scenario)).toList();
    assertThat(covered).as("scenarios that can be played").isNotEmpty();
    assertThat(pending.unused()).as("entries of pending.txt that keep nothing out").isEmpty();

    ExecutorService players = Executors.newFixedThreadPool(AT_ONCE);
    var http = HttpClient.newHttpClient();
    var results = new ArrayList<Future<Void>>();
    for (int i = 0; i < covered.size(); i++) {
      var scenario = covered.get(i);
      var home = directory.resolve(String.valueOf(i));
      results.add(players.submit(playing(scenario, home, http)));
    }
    players.shutdown();
    return Stream.concat(
        tests(covered, results),
        Stream.of(
            DynamicTest.dynamicTest(
                "no difference is listed that is none",
                () -> assertThat(differences.unused()).isEmpty())));
  }

  private static Stream<DynamicTest> tests(List<Scenario> scenarios, List<Future<Void>> results) {
    var tests = new ArrayList<DynamicTest>();
    for (int i = 0; i < scenarios.size(); i++) {
      var result = results.get(i);
      tests.add(
          DynamicTest.dynamicTest(
              scenarios.get(i).name(),
              () -> {
                try {
                  result.get();
                } catch (java.util.concurrent.ExecutionException e) {
                  throw e.getCause();
                }
              }));
    }
    return tests.stream();
  }

  private Callable<Void> playing(Scenario scenario, Path home, HttpClient http) {
    return () -> {
      try (var server = LiveServer.open(home, node(scenario), config -> edge(scenario, config))) {
        if (scenario.file().equals("gateway.jsonl")) {
          new HttpPlayer(http, server.port()).play(scenario);
        } else {
          var channel = channel(server);
          try {
            new Player(channel, scenario, differences).play();
          } finally {
            channel.shutdownNow();
          }
        }
      }
      return null;
    };
  }

  private static ManagedChannel channel(LiveServer server) {
    return NettyChannelBuilder.forAddress("127.0.0.1", server.port())
        .usePlaintext()
        .maxInboundMessageSize(Integer.MAX_VALUE)
        .build();
  }

  private static ServerConfig edge(Scenario scenario, ServerConfig config) {
    var limits = Limits.DEFAULT;
    return config.withLimits(
        new Limits(
            Integer.parseInt(
                scenario.flag("--max-request-bytes", String.valueOf(limits.requestBytes()))),
            Integer.parseInt(
                scenario.flag("--max-txn-ops", String.valueOf(limits.txnOperations()))),
            Long.parseLong(
                scenario.flag("--quota-backend-bytes", String.valueOf(limits.quotaBytes())))));
  }

  private static NodeConfig node(Scenario scenario) {
    var config = NodeConfig.DEFAULT;
    long election = Long.parseLong(scenario.flag("--election-timeout", "1000"));
    long heartbeat = Long.parseLong(scenario.flag("--heartbeat-interval", "100"));
    return new NodeConfig(
        Duration.ofMillis(heartbeat),
        (int) (election / heartbeat),
        config.snapshotEntries(),
        config.catchUpEntries(),
        config.catchUpBytes(),
        config.maxEntryBytes(),
        config.maxApplyLag(),
        config.maxPending(),
        config.restTicks(),
        config.raft(),
        config.wal(),
        config.lsm(),
        config.mvcc(),
        watch(scenario),
        config.members(),
        config.leaders(),
        config.upkeep());
  }

  private static WatchOptions watch(Scenario scenario) {
    var options = WatchOptions.DEFAULT;
    var interval = scenario.flag("--watch-progress-notify-interval", "");
    return interval.isEmpty()
        ? options
        : new WatchOptions(
            Duration.parse("PT" + Double.parseDouble(interval.replace("ms", "")) / 1000 + "S"),
            options.maxResponseBytes(),
            options.catchUpRevisions());
  }
}
