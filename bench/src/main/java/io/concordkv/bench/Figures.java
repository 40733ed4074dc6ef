package io.concordkv.bench;

import java.util.List;
import java.util.function.ToDoubleFunction;
import org.HdrHistogram.Histogram;

/// What one measurement came to.
///
/// @param serverMicros CPU time of all server processes for each operation
record Figures(
    double opsPerSecond,
    double p50Millis,
    double p99Millis,
    double serverMicros,
    long operations,
    long errors) {
  static Figures of(Histogram nanos, long elapsedNanos, long serverMicros, long errors) {
    long operations = nanos.getTotalCount();
    return new Figures(
        operations * 1e9 / elapsedNanos,
        nanos.getValueAtPercentile(50) / 1e6,
        nanos.getValueAtPercentile(99) / 1e6,
        operations == 0 ? Double.NaN : (double) serverMicros / operations,
        operations,
        errors);
  }

  static double median(List<Figures> rounds, ToDoubleFunction<Figures> figure) {
    var sorted = rounds.stream().mapToDouble(figure).sorted().toArray();
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
