package io.concordkv.bench;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// How to measure, from the environment.
///
/// @param ours the launcher of what was built here
/// @param etcd what to measure beside it, null for nothing
/// @param rounds how often each figure is taken, after one round that is not counted
/// @param warmupMillis how long clients ask before a figure is taken
/// @param prepareMillis how long every workload runs on each system before the first figure, so
///   that caches are filled and a JVM has compiled what is hot
/// @param at the one node that is asked: 0 leads, 1 and 2 follow, 3 is a learner; all but that one
///   if empty
/// @param json where the figures go as JSON lines, null for standard output
record Settings(
    Path ours,
    @Nullable Path etcd,
    int rounds,
    long measureMillis,
    long warmupMillis,
    long prepareMillis,
    List<Workload> workloads,
    List<Integer> clients,
    OptionalInt at,
    @Nullable Path json,
    Path directory) {
  static Settings from(Map<String, String> environment, Path root) {
    var etcd = value(environment, "ETCD", "");
    var json = value(environment, "JSON", "");
    return new Settings(
        Path.of(value(environment, "OURS", root.resolve("bin/etcd").toString())).toAbsolutePath(),
        etcd.isEmpty() ? null : Path.of(etcd).toAbsolutePath(),
        (int) number(environment, "ROUNDS", 5),
        number(environment, "SECONDS_PER", 3) * 1000,
        number(environment, "WARMUP", 1) * 1000,
        number(environment, "PREPARE", 20) * 1000,
        Stream.of(value(environment, "WORKLOADS", Workload.ALL).split(",", -1))
            .map(Workload::named)
            .toList(),
        Stream.of(value(environment, "CLIENTS", "1,100,1000").split(",", -1))
            .map(Integer::valueOf)
            .toList(),
        value(environment, "AT", "").isEmpty()
            ? OptionalInt.empty()
            : OptionalInt.of((int) number(environment, "AT", 0)),
        json.isEmpty() ? null : Path.of(json),
        Path.of(value(environment, "BENCH_DIR", root.resolve("bench/target/clusters").toString())));
  }

  private static String value(Map<String, String> environment, String name, String fallback) {
    var value = environment.getOrDefault(name, "");
    return value.isEmpty() ? fallback : value;
  }

  private static long number(Map<String, String> environment, String name, long fallback) {
    var text = value(environment, name, Long.toString(fallback));
    try {
      long number = Long.parseLong(text);
      if (number >= 0) {
        return number;
      }
    } catch (NumberFormatException notOne) {
      // said below
    }
    throw new IllegalArgumentException(name + " must be a number, not " + text);
  }
}
