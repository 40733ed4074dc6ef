package io.concordkv.bench;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/// Takes one figure.
final class Measurement {
  private static final long DRAIN_SECONDS = 30;

  private Measurement() {}

  /// Runs a workload without looking.
  static void prepare(Cluster cluster, Workload workload, int clients, long millis) {
    try (var channels = cluster.connect(clients)) {
      var load = workload.load(channels, new Tally(), clients);
      onLoop(channels, load::start);
      Cluster.pause(millis);
      onLoop(channels, load::stop);
      drain(channels, load);
    }
  }

  static Figures take(Cluster cluster, Workload workload, int clients, Settings settings) {
    try (var channels = cluster.connect(clients)) {
      var tally = new Tally();
      var load = workload.load(channels, tally, clients);
      onLoop(channels, load::start);
      Cluster.pause(settings.warmupMillis());

      onLoop(channels, () -> tally.count(true));
      long cpu = ServerCpu.micros(cluster.processIds());
      long from = System.nanoTime();
      Cluster.pause(settings.measureMillis());
      onLoop(channels, () -> tally.count(false));
      long elapsed = System.nanoTime() - from;
      cpu = ServerCpu.micros(cluster.processIds()) - cpu;

      onLoop(channels, load::stop);
      drain(channels, load);
      if (tally.errors() > 0) {
        System.err.println(
            cluster.name
                + " "
                + workload.label
                + ": "
                + tally.errors()
                + " x "
                + tally.lastError());
      }
      return Figures.of(tally.nanos(), elapsed, cpu, tally.errors());
    }
  }

  private static void drain(Channels channels, Load load) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(DRAIN_SECONDS);
    while (!ask(channels, load::idle) && System.nanoTime() - deadline < 0) {
      Cluster.pause(5);
    }
  }

  private static void onLoop(Channels channels, Runnable task) {
    ask(
        channels,
        () -> {
          task.run();
          return true;
        });
  }

  private static <T> T ask(Channels channels, Callable<T> question) {
    try {
      return channels.loop().submit(question).get();
    } catch (InterruptedException | ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }
}
