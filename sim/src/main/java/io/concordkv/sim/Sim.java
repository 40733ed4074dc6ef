package io.concordkv.sim;

import io.concordkv.sim.cluster.Setup;
import io.concordkv.sim.violation.Violation;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Runs many seeds: `Sim SEEDS [NAME=VALUE ...]`, where SEEDS is one seed or a span like 1-200, and
/// the rest is as [Setup#parse] has it: what is left of each seed.
///
/// A seed that fails is run again to see that it always makes the same run, then made smaller, and
/// its story is written to a file.
public final class Sim {
  /// Each so many seeds one runs a second time: the same seed must make the same run.
  private static final int TWICE_ONE_IN = 20;

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

  public static void main(String[] arguments) {
    var seeds = (arguments.length > 0 ? arguments[0] : "1-100").split("-", 2);
    var words = Arrays.asList(arguments).subList(Math.min(1, arguments.length), arguments.length);
    var sim = new Sim(System.out, words);
    boolean passed = sim.run(Long.parseLong(seeds[0]), Long.parseLong(seeds[seeds.length - 1]));
    System.exit(passed ? 0 : 1);
  }

  private boolean run(long from, long to) {
    long told = System.nanoTime();
    for (long seed = from; seed <= to; seed++) {
      var setup = Setup.parse(seed, words);
      var report = SimRun.run(setup);
      tally.add(report);
      if (traces) {
        out.printf("trace %d %016x%n", seed, report.trace());
      }
      if (report.failed() || seed % TWICE_ONE_IN == 0) {
        repeat(setup, report);
      }
      if (report.violation() != null) {
        explain(setup, report.violation());
      }
      if (System.nanoTime() - told > Duration.ofMinutes(1).toNanos()) {
        told = System.nanoTime();
        out.println(tally);
      }
    }
    out.println(tally);
    var missing = tally.missingMarks();
    if (missing != null) {
      out.println("never reached: " + String.join(" ", missing));
    }
    return tally.failed() == 0 && (missing == null || missing.isEmpty());
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

  private void repeat(Setup setup, SimReport first) {
    if (SimRun.run(setup).trace() != first.trace()) {
      tally.fail();
      out.println("seed " + setup.seed() + " failed: determinism: it made two different runs");
      out.println("  again: " + setup.command());
    }
  }
}
