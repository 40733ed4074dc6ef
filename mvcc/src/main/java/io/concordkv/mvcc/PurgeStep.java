package io.concordkv.mvcc;

import io.concordkv.base.Check;

/// Which rows of the history a step of purging looks at: up to so many of them behind one. Who
/// decides on it says it all, so that every replica does the same.
///
/// @param target the compact revision to which it purges
/// @param main of the row behind which it begins, and `sub`; 0 and 0: at the first
public record PurgeStep(long target, long main, int sub, int rows) {
  public static final int MAX_ROWS = 1 << 20;

  public PurgeStep {
    Check.that(rows > 0 && rows <= MAX_ROWS, "a step looks at some rows");
  }
}
