package io.concordkv.bench.engines;

import com.sun.management.OperatingSystemMXBean;
import io.concordkv.base.env.RealEnv;
import io.concordkv.storage.engine.Engines;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/// Measures engines in memory beside the maps of the JDK: `COUNT` pairs, `ROUNDS` rounds in which
/// each target has its turn, the medians as a table. `TARGETS=a,b` chooses; `engine?setting=value`
/// is a target too.
public final class EnginesBench {
  private static final List<String> ALL =
      List.of(
          "TreeMap",
          "ConcurrentSkipListMap",
          "HashMap",
          "ConcurrentHashMap",
          "array",
          "redblack",
          "hash",
          "skiplist",
          "bplustree-memory");

  private EnginesBench() {}

  /// `args` are settings as `NAME=value`.
  public static void main(String[] args) throws IOException {
    var settings = new TreeMap<String, String>();
    for (var arg : args) {
      var parts = arg.split("=", 2);
      settings.put(parts[0], parts.length == 1 ? "" : parts[1]);
    }
    int count = Integer.parseInt(settings.getOrDefault("COUNT", "1000000"));
    int rounds = Integer.parseInt(settings.getOrDefault("ROUNDS", "3"));
    var names = List.of(settings.getOrDefault("TARGETS", String.join(",", ALL)).split(","));
    boolean cpu = settings.getOrDefault("CLOCK", "wall").equals("cpu");
    LongSupplier clock = cpu ? EnginesBench::cpuNanos : System::nanoTime;
    var directory = Files.createTempDirectory("concord-engines");
    var env = RealEnv.open(directory, "bench", Throwable::printStackTrace);
    var figures = new LinkedHashMap<String, List<Map<String, Double>>>();
    long sink = 0;
    for (int round = -1; round < rounds; round++) {
      for (var name : names) {
        // The first round, a short one, only warms up.
        var pass = new Pass(new Pairs(round < 0 ? count / 10 : count), clock, target(env, name));
        var row = pass.run();
        sink += pass.sink();
        if (round >= 0) {
          figures.computeIfAbsent(name, _ -> new ArrayList<>()).add(row);
          System.out.println("round " + round + " " + name + " " + show(row));
        }
      }
    }
    env.close();
    try (var paths = Files.walk(directory)) {
      for (var path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
    System.out.println("medians of " + rounds + " rounds, " + count + " pairs (" + sink % 10 + ")");
    print(figures);
  }

  /// What all threads of this process have used, those of the collector and compiler too: where
  /// others use the machine it says more than the time that has passed.
  private static long cpuNanos() {
    var system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    return system.getProcessCpuTime();
  }

  private static Supplier<Target> target(RealEnv env, String name) {
    return () ->
        switch (name) {
          case "TreeMap" -> new MapTarget(new TreeMap<>());
          case "ConcurrentSkipListMap" -> new MapTarget(new ConcurrentSkipListMap<>());
          case "HashMap" -> new MapTarget(new HashMap<>());
          case "ConcurrentHashMap" -> new MapTarget(new ConcurrentHashMap<>());
          default -> {
            var parts = name.split("\\?", 2);
            var given = new TreeMap<String, String>();
            if (parts.length == 2) {
              for (var setting : parts[1].split("&")) {
                var pair = setting.split("=", 2);
                given.put(pair[0], pair[1]);
              }
            }
            var engine = Engines.installed().open(env, parts[0], parts[0], given);
            yield new EngineTarget(engine, parts[0].equals("skiplist"), !parts[0].equals("hash"));
          }
        };
  }

  private static void print(Map<String, List<Map<String, Double>>> figures) {
    var columns = new ArrayList<String>();
    figures
        .values()
        .forEach(rows ->
            rows.getFirst().keySet().stream()
                .filter(column -> !columns.contains(column))
                .forEach(columns::add));
    System.out.println("| target | " + String.join(" | ", columns) + " |");
    System.out.println("|---|" + "---:|".repeat(columns.size()));
    figures.forEach((name, rows) -> {
      var line = new StringBuilder("| " + name + " |");
      for (var column : columns) {
        var sorted =
            rows.stream().mapToDouble(row -> row.getOrDefault(column, Double.NaN)).sorted();
        line.append(' ').append(show(column, median(sorted.toArray()))).append(" |");
      }
      System.out.println(line);
    });
  }

  private static double median(double[] sorted) {
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  private static String show(Map<String, Double> row) {
    var text = new StringBuilder();
    row.forEach(
        (column, value) -> text.append(column).append('=').append(show(column, value)).append(' '));
    return text.toString();
  }

  private static String show(String column, double value) {
    if (Double.isNaN(value)) {
      return "–";
    }
    if (column.equals(Pass.BYTES)) {
      return String.format(Locale.ROOT, "%.0f", value);
    }
    return value >= 1e6
        ? String.format(Locale.ROOT, "%.2fM", value / 1e6)
        : String.format(Locale.ROOT, "%.0fk", value / 1e3);
  }
}
