package io.concordkv.bench.engines;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.IntConsumer;
import java.util.function.IntPredicate;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/// One run over all workloads with one target.
final class Pass {
  static final String BYTES = "bytes/entry";
  private static final int SEEKS = 20_000;
  private static final long BUDGET_NANOS = 6_000_000_000L;

  private final Pairs pairs;
  private final Supplier<Target> open;
  private final LongSupplier clock;
  private final Map<String, Double> figures = new LinkedHashMap<>();
  private long sink;

  /// @param clock nanoseconds, of whatever is to be measured
  Pass(Pairs pairs, LongSupplier clock, Supplier<Target> open) {
    this.pairs = pairs;
    this.clock = clock;
    this.open = open;
  }

  /// Operations per second of the clock by workload, and bytes per entry.
  Map<String, Double> run() {
    fillAscending();
    long before = usedHeap();
    try (var target = open.get()) {
      int filled =
          time("fillrandom", pairs.count, i -> target.put(pairs.shuffled(i), pairs.value(i)));
      double bytes = usedHeap() - before + target.offHeapBytes();
      figures.put(BYTES, bytes / filled);
      time(
          "readrandom",
          filled,
          i -> {
            var value = target.get(pairs.reshuffled(i, filled));
            sink += value == null ? fail() : value.at(0);
          });
      time("readmissing", filled, i -> sink += target.get(pairs.missing(i)) == null ? 0 : fail());
      if (target.isOrdered()) {
        long began = clock.getAsLong();
        sink += target.scan(pairs.ascending(0), filled);
        figures.put("readseq", filled * 1e9 / (clock.getAsLong() - began));
        time("seek100", Math.min(SEEKS, filled), i -> sink += target.scan(pairs.shuffled(i), 100));
      }
      time("overwrite", filled, i -> target.put(pairs.reshuffled(i, filled), pairs.value(i + 1)));
      time("delete", filled, i -> target.delete(pairs.reshuffled(i, filled)));
    }
    return figures;
  }

  /// By itself, so that nothing of it is left when memory is measured.
  private void fillAscending() {
    try (var target = open.get()) {
      time("fillseq", pairs.count, i -> target.put(pairs.ascending(i), pairs.value(i)));
    }
  }

  long sink() {
    return sink;
  }

  private static int fail() {
    throw new AssertionError("a key is missing, or there though it was never put");
  }

  /// Up to `count` operations, fewer when the time is over. Returns how many there were.
  private int time(String workload, int count, IntConsumer operation) {
    long deadline = System.nanoTime() + BUDGET_NANOS;
    IntPredicate late = i -> (i & 0x3FF) == 0 && System.nanoTime() - deadline > 0;
    int done = 0;
    long began = clock.getAsLong();
    while (done < count && !late.test(done)) {
      operation.accept(done++);
    }
    figures.put(workload, done * 1e9 / (clock.getAsLong() - began));
    return done;
  }

  private static long usedHeap() {
    var runtime = Runtime.getRuntime();
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    return runtime.totalMemory() - runtime.freeMemory();
  }
}
