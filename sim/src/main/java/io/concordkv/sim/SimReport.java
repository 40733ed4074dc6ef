package io.concordkv.sim;

import io.concordkv.sim.violation.Violation;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/// What became of a seed.
///
/// @param trace equal for equal runs
/// @param virtualNanos how long the cluster lived
/// @param decided false if the search for an order that explains all calls was given up
/// @param marks the coverage marks that were reached
/// @param violation null if all was well
public record SimReport(
    long seed,
    int nodes,
    long trace,
    long virtualNanos,
    long events,
    int faults,
    int elections,
    long commits,
    int calls,
    int unknown,
    boolean decided,
    SortedSet<String> marks,
    @Nullable Violation violation) {
  public boolean failed() {
    return violation != null;
  }
}
