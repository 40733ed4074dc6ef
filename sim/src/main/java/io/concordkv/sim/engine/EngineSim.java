package io.concordkv.sim.engine;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Runs many seeds of the swarm for engines, or of another one like it: `EngineSim SEEDS [ENGINE]`,
/// where SEEDS is one seed or a span like 1-1000, and ENGINE the one engine that all of them use.
///
/// A seed that fails is told again, into a file.
public final class EngineSim {
  /// Each so many seeds one runs a second time: the same seed must make the same run.
  private static final int TWICE_ONE_IN = 20;

  private static final int LOOK_AHEAD = 8;

  /// After so many seeds of all engines every mark should have been reached.
  private static final int ENOUGH_SEEDS = 1000;

  /// The coverage marks of the engines.
  public static final List<String> LANDMARKS =
      List.of(
          "bplustree/checkpoint",
          "bplustree/replaced",
          "fault/bplustree/early-checkpoint",
          "fault/lsm/early-flush",
          "lsm/compacted",
          "lsm/compaction-damaged",
          "lsm/compaction-in-vain",
          "lsm/flushed",
          "lsm/replaced",
          "lsm/table-moved");

  private static final Swarm SWARM =
      new Swarm("engine", "make sim-engines", LANDMARKS, EngineRun::run, EngineRun::tell);

  private static final Path STORIES = Path.of("sim", "target", "stories");

  private final Swarm swarm;
  private final PrintStream out;
  private final @Nullable String engine;
  private final TreeMap<String, Integer> seedsOf = new TreeMap<>();
  private final TreeSet<String> marks = new TreeSet<>();
  private final long began = System.nanoTime();
  private int seeds;
  private int failed;
  private long batches;
  private long crashes;
  private long faults;
  private long losses;
  private long virtualNanos;

  /// Which swarm.
  ///
  /// @param name of what a seed is about, in the name of its story
  /// @param command that runs a seed
  /// @param landmarks that many seeds should reach
  public record Swarm(
      String name, String command, List<String> landmarks, Runner runner, Teller teller) {
    public Swarm {
      landmarks = List.copyOf(landmarks);
    }
  }

  /// Runs a seed with an engine; null lets it choose one.
  public interface Runner {
    EngineReport run(long seed, @Nullable String engine);
  }

  /// As [Runner], and hands everything that happens to `story`.
  public interface Teller {
    EngineReport tell(long seed, @Nullable String engine, Consumer<String> story);
  }

  private EngineSim(Swarm swarm, PrintStream out, @Nullable String engine) {
    this.swarm = swarm;
    this.out = out;
    this.engine = engine;
  }

  public static void main(String[] arguments) throws InterruptedException {
    main(arguments, SWARM);
  }

  /// Runs seeds of `swarm` and ends the process.
  public static void main(String[] arguments, Swarm swarm) throws InterruptedException {
    var span = (arguments.length > 0 ? arguments[0] : "1-1000").split("-", 2);
    var engine = arguments.length > 1 && !arguments[1].isEmpty() ? arguments[1] : null;
    boolean passed =
        new EngineSim(swarm, System.out, engine)
            .run(Long.parseLong(span[0]), Long.parseLong(span[span.length - 1]));
    System.exit(passed ? 0 : 1);
  }

  private record Seed(EngineReport report, boolean same) {}

  private Seed run(long seed) {
    var report = swarm.runner.run(seed, engine);
    boolean twice = report.failed() || seed % TWICE_ONE_IN == 0;
    return new Seed(report, !twice || swarm.runner.run(seed, engine).trace() == report.trace());
  }

  private boolean run(long from, long to) throws InterruptedException {
    int threads = Runtime.getRuntime().availableProcessors();
    try (var pool = Executors.newFixedThreadPool(threads)) {
      var running = new ArrayDeque<Future<Seed>>();
      for (long seed = from; seed <= to || !running.isEmpty(); seed++) {
        if (seed <= to) {
          long number = seed;
          running.add(pool.submit(() -> run(number)));
        }
        if (seed >= to || running.size() > LOOK_AHEAD * threads) {
          tell(await(running.remove()));
        }
      }
    }
    out.println(summary());
    var missing = swarm.landmarks.stream().filter(mark -> !marks.contains(mark)).toList();
    boolean enough = engine != null || seeds < ENOUGH_SEEDS || missing.isEmpty();
    if (!enough) {
      out.println("never reached: " + String.join(" ", missing));
    }
    return failed == 0 && enough;
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
    seeds++;
    seedsOf.merge(report.engine(), 1, Integer::sum);
    marks.addAll(report.marks());
    batches += report.batches();
    crashes += report.crashes();
    faults += report.faults();
    losses += report.losses();
    virtualNanos += report.virtualNanos();
    if (!seed.same) {
      failed++;
      out.println("seed " + report.seed() + " failed: determinism: it made two different runs");
    } else if (report.failed()) {
      failed++;
      explain(report);
    }
  }

  private void explain(EngineReport report) {
    var violation = report.violation();
    out.println(
        "seed "
            + report.seed()
            + " ("
            + report.engine()
            + ") failed: "
            + (violation == null ? "" : violation.getMessage()));
    if (violation != null && violation.getCause() != null) {
      violation.getCause().printStackTrace(out);
    }
    out.println(
        "  again: "
            + swarm.command
            + " SEEDS="
            + report.seed()
            + (engine == null ? "" : " ENGINE=" + engine));
    var lines = new ArrayList<String>();
    var _ = swarm.teller.tell(report.seed(), engine, lines::add);
    var file = STORIES.resolve(swarm.name + "-seed-" + report.seed() + ".txt");
    try {
      Files.createDirectories(STORIES);
      Files.write(file, lines);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    out.println("  its story: " + file);
  }

  private String summary() {
    double minutes = (System.nanoTime() - began) / 60e9;
    return String.format(
        Locale.ROOT,
        "%d seeds %s, %d failed; %d batches, %d crashes, %d faults of the disk, %d times damage was"
            + " noticed; per minute: %.0f seeds, %.1f hours of engines",
        seeds,
        seedsOf,
        failed,
        batches,
        crashes,
        faults,
        losses,
        seeds / minutes,
        virtualNanos / 3.6e12 / minutes);
  }
}
