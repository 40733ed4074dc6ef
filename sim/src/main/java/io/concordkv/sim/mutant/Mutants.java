package io.concordkv.sim.mutant;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Lets the swarm loose on every mutant: `Mutants SEEDS SECONDS [ROWS [THREADS]]`, where SEEDS is a
/// span like 1-200, SECONDS is how long the nemesis is at work in each, and ROWS are some rows or
/// names, like R1,R4 (all if empty).
///
/// The code without a mutant goes first, over the same seeds: it must raise no alarm. Ends with 1
/// if it does, or if a mutant survives.
public final class Mutants {
  private final PrintStream out;
  private final Path root;
  private final Seeds seeds;
  private final Forge forge = new Forge();

  private Mutants(PrintStream out, Path root, Seeds seeds) {
    this.out = out;
    this.root = root;
    this.seeds = seeds;
  }

  public static void main(String[] arguments) throws InterruptedException {
    var root = Path.of(System.getProperty("concord.root", "."));
    var seeds = Seeds.of(arguments[0], Long.parseLong(arguments[1]));
    var rows = arguments.length > 2 ? List.of(arguments[2].split(",")) : List.of("");
    int threads =
        arguments.length > 3
            ? Integer.parseInt(arguments[3])
            : Runtime.getRuntime().availableProcessors();
    var patches =
        Patch.all(root.resolve("sim/mutants")).stream()
            .filter(patch -> rows.contains("") || wanted(patch, rows))
            .toList();
    boolean good = new Mutants(System.out, root, seeds).run(patches, threads);
    System.exit(good ? 0 : 1);
  }

  private static boolean wanted(Patch patch, List<String> rows) {
    return rows.contains(patch.row()) || rows.contains(patch.name());
  }

  private boolean run(List<Patch> patches, int threads) throws InterruptedException {
    try (var pool = Executors.newFixedThreadPool(threads)) {
      boolean calm = true;
      for (var swarm : Swarm.values()) {
        if (patches.stream().anyMatch(patch -> patch.swarm() == swarm)) {
          calm &= calm(pool.invokeAll(baseline(threads, swarm)));
        }
      }
      out.println(Trial.HEAD);
      var trials = new ArrayList<Future<Trial>>();
      for (var patch : patches) {
        trials.add(pool.submit(() -> trial(patch)));
      }
      int survivors = 0;
      for (var trial : trials) {
        survivors += get(trial).survived() ? 1 : 0;
      }
      out.printf("%d mutants, %d survived%n", patches.size(), survivors);
      return calm && survivors == 0;
    }
  }

  /// The seeds in as many spans as there are threads.
  private List<Callable<Trial>> baseline(int threads, Swarm swarm) {
    var seeds = swarm.of(this.seeds);
    var parts = new ArrayList<Callable<Trial>>();
    long each = Math.ceilDiv(seeds.count(), threads);
    for (long from = seeds.first(); from <= seeds.last(); from += each) {
      var part = new Seeds(from, Math.min(seeds.last(), from + each - 1), seeds.seconds());
      parts.add(() -> Trial.run("(no mutant)", new World(Map.of(), swarm), part));
    }
    return parts;
  }

  private boolean calm(List<Future<Trial>> parts) throws InterruptedException {
    boolean calm = true;
    for (var part : parts) {
      var trial = get(part);
      var alarm = trial.kill();
      if (alarm != null) {
        calm = false;
        out.println("an alarm without a mutant: " + alarm);
      }
    }
    return calm;
  }

  private Trial trial(Patch patch) {
    var classes = forge(patch);
    var trial = Trial.run(patch.name(), new World(classes, patch.swarm()), patch.swarm().of(seeds));
    out.println(trial.line());
    return trial;
  }

  /// The compiler is not for several threads at once.
  private synchronized Map<String, byte[]> forge(Patch patch) {
    return forge.compile(patch.className(), patch.mutated(root));
  }

  private static Trial get(Future<Trial> future) throws InterruptedException {
    try {
      return future.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("a trial ended without a result", e.getCause());
    }
  }
}
