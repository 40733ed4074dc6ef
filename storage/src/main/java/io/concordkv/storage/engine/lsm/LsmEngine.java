package io.concordkv.storage.engine.lsm;

import io.concordkv.base.env.Env;
import io.concordkv.storage.engine.Engine;

/// Opens LSM engines.
public final class LsmEngine {
  private LsmEngine() {}

  /// Opens or makes the engine in `directory`. Blocks.
  public static Engine open(Env env, String directory, LsmOptions options) {
    throw new UnsupportedOperationException();
  }
}
