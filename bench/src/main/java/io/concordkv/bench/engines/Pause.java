package io.concordkv.bench.engines;

import java.util.concurrent.locks.LockSupport;

/// Waiting for a store that tells nobody when it is done.
final class Pause {
  private Pause() {}

  static void brief() {
    LockSupport.parkNanos(2_000_000);
  }
}
