package io.concordkv.base;

/// Assertions that stay on. A node whose invariant is broken must not go on: what it would say or
/// write can no longer be trusted.
public final class Check {
  private Check() {}

  /// Stops the node with an [InvariantError] unless `holds`.
  public static void that(boolean holds, String invariant) {
    if (!holds) {
      throw new InvariantError(invariant);
    }
  }

  /// As [#that(boolean, String)]; `invariant` is a format of [String#format] for `details`.
  public static void that(boolean holds, String invariant, long first, long second) {
    if (!holds) {
      throw new InvariantError(invariant.formatted(first, second));
    }
  }
}
