package io.concordkv.sim.engine;

import io.concordkv.sim.violation.Violation;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/// What came of a seed.
///
/// @param batches how many were written
/// @param crashes how often the process died, or was to die
/// @param faults how often the disk was harmed
/// @param losses how often damage was noticed, so that the engine began anew
/// @param marks the coverage marks that were reached
/// @param violation what must never happen and did
public record EngineReport(
    long seed,
    String engine,
    long trace,
    long virtualNanos,
    int batches,
    int crashes,
    int faults,
    int losses,
    SortedSet<String> marks,
    @Nullable Violation violation) {
  public boolean failed() {
    return violation != null;
  }
}
