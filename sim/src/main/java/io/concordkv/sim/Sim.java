package io.concordkv.sim;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;

/// Runs many seeds: `Sim SEEDS [NODES [SECONDS]]`, where SEEDS is one seed or a span like 1-200,
/// NODES is 3, 5 or 0 (the seed chooses), and SECONDS is how long the nemesis is at work in each.
public final class Sim {
  private static final long DEFAULT_SECONDS = 30;

  /// Each so many seeds one runs a second time: the same seed must make the same run.
  private static final int TWICE_ONE_IN = 20;

  private final PrintStream out;
  private final int nodes;
  private final Duration chaos;
  private long virtualNanos;
  private long faults;
  private long elections;
  private long commits;
  private long calls;
  private int done;
  private int failed;
  private int undecided;

  private Sim(PrintStream out, int nodes, Duration chaos) {
    this.out = out;
    this.nodes = nodes;
    this.chaos = chaos;
  }

  public static void main(String[] arguments) {
    var seeds = (arguments.length > 0 ? arguments[0] : "1-100").split("-", 2);
    int nodes = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 0;
    long seconds = arguments.length > 2 ? Long.parseLong(arguments[2]) : DEFAULT_SECONDS;
    var sim = new Sim(System.out, nodes, Duration.ofSeconds(seconds));
    sim.run(Long.parseLong(seeds[0]), Long.parseLong(seeds[seeds.length - 1]));
    System.exit(sim.failed == 0 ? 0 : 1);
  }

  private void run(long from, long to) {
    long began = System.nanoTime();
    long told = began;
    for (long seed = from; seed <= to; seed++) {
      var report = SimRun.run(seed, nodes, chaos);
      count(report);
      if (report.failed() || seed % TWICE_ONE_IN == 0) {
        repeat(report);
      }
      if (System.nanoTime() - told > Duration.ofMinutes(1).toNanos()) {
        told = System.nanoTime();
        summary(told - began);
      }
    }
    summary(System.nanoTime() - began);
  }

  private void count(SimReport report) {
    done++;
    virtualNanos += report.virtualNanos();
    faults += report.faults();
    elections += report.elections();
    commits += report.commits();
    calls += report.calls();
    undecided += report.decided() ? 0 : 1;
    var violation = report.violation();
    if (violation != null) {
      failed++;
      out.println("seed " + report.seed() + " failed: " + violation.getMessage());
      out.println("  again: " + command(report.seed()));
      var cause = violation.getCause();
      if (cause != null) {
        cause.printStackTrace(out);
      }
    }
  }

  private void repeat(SimReport first) {
    var second = SimRun.run(first.seed(), nodes, chaos);
    if (second.trace() != first.trace()) {
      failed++;
      out.println("seed " + first.seed() + " failed: determinism: it made two different runs");
      out.println("  again: " + command(first.seed()));
    }
  }

  private String command(long seed) {
    return "make sim SEEDS=%d NODES=%d SECONDS=%d".formatted(seed, nodes, chaos.toSeconds());
  }

  private void summary(long elapsedNanos) {
    double minutes = elapsedNanos / 60e9;
    out.printf(
        Locale.ROOT,
        "%d seeds, %d failed, %d with calls too hard to judge; per minute: %.0f seeds, %.2f"
            + " cluster-hours, %.0f faults, %.0f elections, %.0f commits, %.0f calls%n",
        done,
        failed,
        undecided,
        done / minutes,
        virtualNanos / 3.6e12 / minutes,
        faults / minutes,
        elections / minutes,
        commits / minutes,
        calls / minutes);
  }
}
