package io.concordkv.sim.mutant;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// What the swarm had to do to notice a mutant: it ends with the first seed that does.
///
/// @param seeds how many were run
/// @param virtualNanos how long clusters lived until then
/// @param kill null if it survived
record Trial(String name, long seeds, long virtualNanos, long wallNanos, @Nullable Fate kill) {
  static final String HEAD =
      """
      | mutant | killed by | seeds | simulated hours | seconds |
      |---|---|---|---|---|\
      """;

  static Trial run(String name, World world, Seeds seeds) {
    long began = System.nanoTime();
    long virtualNanos = 0;
    for (long seed = seeds.first(); seed <= seeds.last(); seed++) {
      var fate = world.run(seed, seeds.seconds());
      virtualNanos += fate.virtualNanos();
      if (fate.noticed()) {
        long count = seed - seeds.first() + 1;
        return new Trial(name, count, virtualNanos, System.nanoTime() - began, fate);
      }
    }
    return new Trial(name, seeds.count(), virtualNanos, System.nanoTime() - began, null);
  }

  boolean survived() {
    return kill == null;
  }

  String line() {
    return String.format(
        Locale.ROOT,
        "| %s | %s | %d | %.2f | %.1f |",
        name,
        kill == null ? "**survived**" : kill.check(),
        seeds,
        virtualNanos / 3.6e12,
        wallNanos / 1e9);
  }
}
