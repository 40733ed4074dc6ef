package io.concordkv.sim.chaos;

/// Something that must never be was seen, or the cluster did not recover.
public final class ChaosFailure extends AssertionError {
  ChaosFailure(String what) {
    super(what);
  }

  /// @param seen what shows it
  static void unless(boolean holds, String what, Object seen) {
    if (!holds) {
      throw new ChaosFailure(what + ": " + seen);
    }
  }
}
