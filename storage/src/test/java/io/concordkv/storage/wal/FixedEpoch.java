package io.concordkv.storage.wal;

import io.concordkv.base.env.Clock;
import io.concordkv.base.env.Env;
import io.concordkv.base.env.FileSystem;
import io.concordkv.base.env.Scheduler;
import io.concordkv.base.env.Workers;
import java.util.random.RandomGenerator;

/// A world in which every draw gives the same, so that bytes can be pinned.
record FixedEpoch(Env env) implements Env {
  @Override
  public Clock clock() {
    return env.clock();
  }

  @Override
  public Scheduler loop() {
    return env.loop();
  }

  @Override
  public Workers workers() {
    return env.workers();
  }

  @Override
  public FileSystem files() {
    return env.files();
  }

  @Override
  public RandomGenerator random(String name) {
    return () -> 0x1122334455667788L;
  }

  @Override
  public byte[] entropy(int bytes) {
    return new byte[bytes];
  }

  @Override
  public boolean fault(String site) {
    return false;
  }
}
