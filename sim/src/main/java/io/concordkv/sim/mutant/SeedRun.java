package io.concordkv.sim.mutant;

import io.concordkv.sim.SimReport;
import io.concordkv.sim.SimRun;
import java.time.Duration;
import java.util.function.BiFunction;

/// Runs a seed for so many seconds of chaos. Made by name, in the world of a mutant.
public final class SeedRun implements BiFunction<Long, Long, Fate> {
  public SeedRun() {}

  @Override
  public Fate apply(Long seed, Long seconds) {
    return fate(SimRun.run(seed, 0, Duration.ofSeconds(seconds)));
  }

  private static Fate fate(SimReport report) {
    var violation = report.violation();
    var check = violation == null ? "" : violation.check();
    var what = violation == null ? "" : String.valueOf(violation.getMessage());
    return new Fate(
        report.virtualNanos(),
        report.faults(),
        report.elections(),
        report.trace(),
        check,
        what.substring(Math.min(what.length(), check.length() + 2)));
  }
}
