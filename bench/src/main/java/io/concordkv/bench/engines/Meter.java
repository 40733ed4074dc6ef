package io.concordkv.bench.engines;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/// Measures workloads, each no longer than a budget of time.
final class Meter {
  private static final long LONGEST_NANOS = 60_000_000_000L;

  private final long budgetNanos;
  private final Map<String, Figure> figures = new LinkedHashMap<>();
  private long sink;

  Meter(Duration budget) {
    budgetNanos = budget.toNanos();
  }

  /// One operation, the `i`-th. Returns something of what it read.
  interface Operation {
    long run(int i);
  }

  /// By workload, in the order in which they were measured.
  Map<String, Figure> figures() {
    return figures;
  }

  /// Of everything that was read, so that no read can be left out.
  long sink() {
    return sink;
  }

  /// Up to `calls` calls on this thread, each of which handles `pairs` pairs. Returns how many
  /// calls there were.
  int run(String workload, int calls, int pairs, Operation operation) {
    var part = new Part(operation, 0, 1, calls);
    long cpu = ProcessorTime.nanos();
    long began = System.nanoTime();
    part.run();
    long ended = System.nanoTime();
    cpu = ProcessorTime.nanos() - cpu;
    keep(workload, Figure.of((double) part.done * pairs, ended - began, cpu, part.latencies));
    sink += part.sum;
    return part.done;
  }

  /// Up to `calls` calls, shared by a thread for each of `operations`.
  void runTogether(String workload, int calls, List<Operation> operations) {
    var parts = new ArrayList<Part>();
    var threads = new ArrayList<Thread>();
    for (int i = 0; i < operations.size(); i++) {
      var part = new Part(operations.get(i), i, operations.size(), calls);
      parts.add(part);
      threads.add(Thread.ofPlatform().name("load-" + i).unstarted(part));
    }
    long cpu = ProcessorTime.nanos();
    long began = System.nanoTime();
    threads.forEach(Thread::start);
    for (var thread : threads) {
      join(thread);
    }
    long ended = System.nanoTime();
    cpu = ProcessorTime.nanos() - cpu;
    var latencies = latencies();
    int done = 0;
    for (var part : parts) {
      if (part.failed != null) {
        throw new AssertionError(workload + " failed", part.failed);
      }
      latencies.add(part.latencies);
      done += part.done;
      sink += part.sum;
    }
    keep(workload, Figure.of(done, ended - began, cpu, latencies));
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException interrupted) {
      throw new AssertionError("nobody interrupts a benchmark", interrupted);
    }
  }

  private void keep(String workload, Figure figure) {
    figures.put(workload, figure);
  }

  private static Histogram latencies() {
    return new Histogram(1, LONGEST_NANOS, 2);
  }

  /// What one thread does: every `step`-th call from `first` on.
  private final class Part implements Runnable {
    private final Operation operation;
    private final int first;
    private final int step;
    private final int end;
    private final Histogram latencies = latencies();
    private int done;
    private long sum;
    private @Nullable Throwable failed;

    Part(Operation operation, int first, int step, int end) {
      this.operation = operation;
      this.first = first;
      this.step = step;
      this.end = end;
    }

    @Override
    public void run() {
      try {
        long last = System.nanoTime();
        long deadline = last + budgetNanos;
        for (int i = first; i < end && last - deadline < 0; i += step) {
          sum += operation.run(i);
          long now = System.nanoTime();
          latencies.recordValue(Math.min(now - last, LONGEST_NANOS));
          last = now;
          done++;
        }
      } catch (Throwable escaped) {
        if (step == 1) {
          throw escaped;
        }
        failed = escaped;
      }
    }
  }
}
