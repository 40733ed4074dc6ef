package io.concordkv.sim;

import io.concordkv.sim.cluster.Setup;
import io.concordkv.sim.violation.Violation;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/// Runs many seeds: `Sim SEEDS [NAME=VALUE ...]`, where SEEDS is one seed or a span like 1-200, and
/// the rest is as [Setup#parse] has it: what is left of each seed.
///
/// A seed that fails is run again to see that it always makes the same run, then made smaller, and
/// its story is written to a file.
public final class Sim {
  /// Each so many seeds one runs a second time: the same seed must make the same run.
  private static final int TWICE_ONE_IN = 20;

  /// So many seeds for each thread may be ahead of the one that is waited for.
  private static final int LOOK_AHEAD = 4;

  /// Prints the trace of each seed, to be compared with those of another machine.
  private static final String TRACES = "TRACES=1";

  private static final int MAX_SHRINKING_RUNS = 300;
  private static final Path STORIES = Path.of("sim", "target", "stories");

  private final PrintStream out;
  private final List<String> words;
  private final boolean traces;
  private final Tally tally = new Tally();

  private Sim(PrintStream out, List<String> words) {
    this.out = out;
    this.words = words.stream().filter(word -> !word.equals(TRACES)).toList();
    traces = words.contains(TRACES);
  }

  public static void main(String[] arguments) throws InterruptedException {
    var seeds = (arguments.length > 0 ? arguments[0] : "1-100").split("-", 2);
    var words = Arrays.asList(arguments).subList(Math.min(1, arguments.length), arguments.length);
    var sim = new Sim(System.out, words);
    boolean passed = sim.run(Long.parseLong(seeds[0]), Long.parseLong(seeds[seeds.length - 1]));
    System.exit(passed ? 0 : 1);
  }

  /// As many seeds at a time as there are processors; what they came to is told in their order.
  private boolean run(long from, long to) throws InterruptedException {
    int threads = Runtime.getRuntime().availableProcessors();
    long told = System.nanoTime();
    try (var pool = Executors.newFixedThreadPool(threads)) {
      var running = new ArrayDeque<Future<Seed>>();
      for (long seed = from; seed <= to || !running.isEmpty(); seed++) {
        if (seed <= to) {
          var setup = Setup.parse(seed, words);
          running.add(pool.submit(() -> run(setup)));
        }
        if (seed >= to || running.size() > LOOK_AHEAD * threads) {
          tell(await(running.remove()));
        }
        if (System.nanoTime() - told > Duration.ofMinutes(1).toNanos()) {
          told = System.nanoTime();
          out.println(tally);
        }
      }
    }
    out.println(tally);
    var missing = tally.missingMarks();
    if (missing != null) {
      out.println("never reached: " + String.join(" ", missing));
    }
    return tally.failed() == 0 && (missing == null || missing.isEmpty());
  }

  /// What a seed came to.
  ///
  /// @param same whether it made the same run once more, if it was tried
  private record Seed(Setup setup, SimReport report, boolean same) {}

  private static Seed run(Setup setup) {
    var report = SimRun.run(setup);
    boolean twice = report.failed() || setup.seed() % TWICE_ONE_IN == 0;
    return new Seed(setup, report, !twice || SimRun.run(setup).trace() == report.trace());
  }

  private static Seed await(Future<Seed> running) throws InterruptedException {
    try {
      return running.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("a seed ended without a report", e.getCause());
    }
  }

  private void tell(Seed seed) {
    var report = seed.report;
    tally.add(report);
    if (traces) {
      out.printf("trace %d %016x%n", report.seed(), report.trace());
    }
    if (!seed.same) {
      tally.fail();
      out.println("seed " + report.seed() + " failed: determinism: it made two different runs");
      out.println("  again: " + seed.setup.command());
    }
    if (report.violation() != null) {
      explain(seed.setup, report.violation());
    }
  }

  private void explain(Setup setup, Violation violation) {
    out.println("seed " + setup.seed() + " failed: " + violation.getMessage());
    out.println("  again: " + setup.command());
    var cause = violation.getCause();
    if (cause != null) {
      cause.printStackTrace(out);
    }
    var smallest = setup;
    if (setup.keep() == null) {
      var shrink =
          new Shrink(Sim::check, SimRun::planned, setup, violation.check(), MAX_SHRINKING_RUNS);
      smallest = shrink.smallest();
      out.println("  smaller, after " + shrink.runs() + " runs: " + smallest.command());
    }
    var file = STORIES.resolve("seed-" + setup.seed() + ".txt");
    try {
      SimRun.tell(smallest, file);
      out.println("  its story: " + file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static @Nullable String check(Setup setup) {
    var violation = SimRun.run(setup).violation();
    return violation == null ? null : violation.check();
  }
}
