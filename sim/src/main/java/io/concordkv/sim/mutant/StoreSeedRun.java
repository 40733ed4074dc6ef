package io.concordkv.sim.mutant;

import io.concordkv.sim.store.StoreRun;
import java.util.function.BiFunction;

/// Runs one seed of the swarm for embedded stores.
public final class StoreSeedRun implements BiFunction<Long, Long, Fate> {
  public StoreSeedRun() {}

  @Override
  public Fate apply(Long seed, Long seconds) {
    return EngineSeedRun.fate(StoreRun.run(seed, null));
  }
}
