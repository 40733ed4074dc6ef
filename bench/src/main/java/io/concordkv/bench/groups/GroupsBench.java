package io.concordkv.bench.groups;

import com.sun.management.OperatingSystemMXBean;
import io.concordkv.raft.Configuration;
import io.concordkv.transport.memory.MemoryNetwork;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/// Three nodes in one process with many groups: what idle groups cost in CPU and heap, with and
/// without sleep, and whether the number of active groups matters.
///
/// From the environment: COUNT (10000), AWAKE (1000: groups that are measured without sleep),
/// ACTIVE (1000), SECONDS_PER (10), BENCH_DIR.
public final class GroupsBench {
  private static final int NODES = 3;
  private static final int UNDER_WAY = 256;
  private static final int UNDER_WAY_EACH = 64;
  private static final int REST_TICKS = 10;
  private static final Configuration ALL = Configuration.of(List.of(1L, 2L, 3L));
  private static final OperatingSystemMXBean PROCESS =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  private final Path directory;
  private final long measureMillis;

  private GroupsBench(Path directory, long measureMillis) {
    this.directory = directory;
    this.measureMillis = measureMillis;
  }

  public static void main(String[] arguments) {
    var environment = System.getenv();
    int groups = Integer.parseInt(environment.getOrDefault("COUNT", "10000"));
    int awake = Integer.parseInt(environment.getOrDefault("AWAKE", "1000"));
    int active = Integer.parseInt(environment.getOrDefault("ACTIVE", "1000"));
    long seconds = Long.parseLong(environment.getOrDefault("SECONDS_PER", "10"));
    var directory =
        Path.of(environment.getOrDefault("BENCH_DIR", "bench/target/groups")).toAbsolutePath();
    var bench = new GroupsBench(directory, seconds * 1000);
    bench.idle(groups, REST_TICKS);
    if (awake > 0) {
      bench.idle(awake, REST_TICKS);
      bench.idle(awake, 0);
    }
    if (active > 0) {
      bench.active(active);
    }
  }

  private void idle(int groups, int restTicks) {
    long before = usedHeap();
    var nodes = open(groups, restTicks);
    try {
      if (restTicks > 0) {
        await(() -> nodes.stream().allMatch(node -> node.asleep() == groups));
      } else {
        pause(3000);
      }
      long heap = (usedHeap() - before) / ((long) NODES * groups);
      long cpu = PROCESS.getProcessCpuTime();
      long from = System.nanoTime();
      pause(measureMillis);
      double cores = (double) (PROCESS.getProcessCpuTime() - cpu) / (System.nanoTime() - from);
      System.out.printf(
          Locale.ROOT,
          "idle    %,d groups, sleep %s: %.2f %% of a core per node, %,d bytes of heap per replica%n",
          groups,
          restTicks > 0 ? "on" : "off",
          100 * cores / NODES,
          heap);
    } finally {
      nodes.forEach(GroupsNode::close);
    }
  }

  private void active(int groups) {
    var nodes = open(groups, REST_TICKS);
    try {
      measure(nodes, groups, 1); // warms up
      for (int active = 1; active <= groups; active *= 10) {
        System.out.printf(
            Locale.ROOT,
            "active  %,5d of %,d groups: %,.0f commands/s, %,d under way in all; %,.0f, %d in each%n",
            active,
            groups,
            measure(nodes, active, Math.max(1, UNDER_WAY / active)),
            Math.max(UNDER_WAY, active),
            measure(nodes, active, UNDER_WAY_EACH),
            UNDER_WAY_EACH);
      }
    } finally {
      nodes.forEach(GroupsNode::close);
    }
  }

  private double measure(List<GroupsNode> nodes, int active, int each) {
    nodes.forEach(node -> node.work(active, each));
    pause(2000);
    long count = nodes.stream().mapToLong(GroupsNode::applied).sum();
    long from = System.nanoTime();
    pause(measureMillis);
    count = nodes.stream().mapToLong(GroupsNode::applied).sum() - count;
    double seconds = (System.nanoTime() - from) / 1e9;
    nodes.forEach(GroupsNode::rest);
    pause(500);
    return count / seconds;
  }

  private List<GroupsNode> open(int groups, int restTicks) {
    deleteTree(directory);
    var network = new MemoryNetwork(1 << 20, 1 << 30);
    var nodes = new ArrayList<GroupsNode>();
    for (long id : ALL.voters()) {
      nodes.add(
          GroupsNode.open(network, id, ALL, groups, restTicks, directory.resolve("node" + id)));
    }
    await(() -> {
      long led = 0;
      for (var node : nodes) {
        long here = node.led();
        if (here < 0) {
          return false;
        }
        led += here;
      }
      return led == groups;
    });
    return nodes;
  }

  private static long usedHeap() {
    for (int i = 0; i < 3; i++) {
      System.gc();
      pause(200);
    }
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  private interface Condition {
    boolean holds();
  }

  private static void await(Condition condition) {
    long deadline = System.nanoTime() + 600_000_000_000L;
    while (!condition.holds()) {
      if (System.nanoTime() - deadline > 0) {
        throw new IllegalStateException("the groups do not come to rest");
      }
      pause(200);
    }
  }

  private static void pause(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void deleteTree(Path directory) {
    if (!Files.exists(directory)) {
      return;
    }
    try (var paths = Files.walk(directory)) {
      for (var path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
