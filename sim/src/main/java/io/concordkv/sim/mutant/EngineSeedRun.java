package io.concordkv.sim.mutant;

import io.concordkv.sim.engine.EngineReport;
import io.concordkv.sim.engine.EngineRun;
import java.util.function.BiFunction;

/// Runs one seed of the swarm for engines: what a [World] of that swarm begins with.
public final class EngineSeedRun implements BiFunction<Long, Long, Fate> {
  public EngineSeedRun() {}

  /// How many seconds is for clusters.
  @Override
  public Fate apply(Long seed, Long seconds) {
    return fate(EngineRun.run(seed, null));
  }

  static Fate fate(EngineReport report) {
    var violation = report.violation();
    var check = violation == null ? "" : violation.check();
    var what = violation == null ? "" : String.valueOf(violation.getMessage());
    return new Fate(
        report.virtualNanos(),
        report.faults(),
        0,
        report.trace(),
        check,
        what.substring(Math.min(what.length(), check.length() + 2)));
  }
}
