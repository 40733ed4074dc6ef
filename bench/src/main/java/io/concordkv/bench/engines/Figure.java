package io.concordkv.bench.engines;

import java.util.List;
import java.util.function.ToDoubleFunction;
import org.HdrHistogram.Histogram;

/// How a workload went. Where a call handles many pairs, throughput and processor time are those of
/// a pair, and latencies those of a call; NaN where there were too few calls to tell.
///
/// @param cpuMicros of the whole process, for each operation
record Figure(
    double opsPerSecond, double cpuMicros, double p50Micros, double p99Micros, double p999Micros) {

  static Figure of(double operations, long nanos, long cpuNanos, Histogram latencies) {
    return new Figure(
        operations * 1e9 / nanos,
        cpuNanos / 1e3 / operations,
        micros(latencies, 50, 10),
        micros(latencies, 99, 100),
        micros(latencies, 99.9, 1000));
  }

  private static double micros(Histogram latencies, double percentile, long least) {
    return latencies.getTotalCount() < least
        ? Double.NaN
        : latencies.getValueAtPercentile(percentile) / 1e3;
  }

  /// The median of each number by itself.
  static Figure median(List<Figure> rounds) {
    return new Figure(
        median(rounds, Figure::opsPerSecond),
        median(rounds, Figure::cpuMicros),
        median(rounds, Figure::p50Micros),
        median(rounds, Figure::p99Micros),
        median(rounds, Figure::p999Micros));
  }

  static <T> double median(List<T> rounds, ToDoubleFunction<T> number) {
    var sorted = rounds.stream().mapToDouble(number).sorted().toArray();
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
