package io.concordkv.sim.mutant;

/// What became of one seed, in words that every class loader knows.
///
/// @param check the name of what noticed something; empty if all was well
/// @param what it noticed
public record Fate(
    long virtualNanos, int faults, int elections, long trace, String check, String what) {
  public boolean noticed() {
    return !check.isEmpty();
  }
}
