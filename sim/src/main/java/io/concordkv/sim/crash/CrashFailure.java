package io.concordkv.sim.crash;

/// A store lost what it had promised, has something in part, or ended by itself.
public final class CrashFailure extends RuntimeException {
  CrashFailure(String what) {
    super(what);
  }
}
