package io.concordkv.sim.violation;

import org.jspecify.annotations.Nullable;

/// Something happened in a simulated cluster that must never happen.
public final class Violation extends Error {
  private final String check;

  /// @param check the name of what noticed it
  public Violation(String check, String what) {
    this(check, what, null);
  }

  public Violation(String check, String what, @Nullable Throwable cause) {
    super(check + ": " + what, cause);
    this.check = check;
  }

  public String check() {
    return check;
  }

  public static void unless(boolean holds, String check, String what) {
    if (!holds) {
      throw new Violation(check, what);
    }
  }
}
