package io.concordkv.sim.store;

import io.concordkv.sim.engine.EngineSim;
import java.util.List;

/// Runs many seeds of the swarm for embedded stores: `StoreSim SEEDS [ENGINE]`, as [EngineSim].
public final class StoreSim {
  /// What many seeds should reach.
  public static final List<String> LANDMARKS =
      List.of(
          "embedded/kept",
          "store/again",
          "store/backup-files",
          "store/backup-full",
          "store/backup-log",
          "store/conflict",
          "store/gave-way",
          "store/lock-timeout",
          "store/refused",
          "store/restored",
          "store/restored-with-archive");

  private StoreSim() {}

  public static void main(String[] arguments) throws InterruptedException {
    EngineSim.main(
        arguments,
        new EngineSim.Swarm("store", "make sim-stores", LANDMARKS, StoreRun::run, StoreRun::tell));
  }
}
