package io.concordkv.sim.mutant;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;

/// The simulator once more, with other classes in place of some.
final class World {
  /// What no seed takes, not even on a busy machine: something runs in circles.
  private static final Duration STUCK = Duration.ofMinutes(2);

  private final BiFunction<Long, Long, Fate> run;

  /// @param mutated classes by name; empty for the world as it is
  World(Map<String, byte[]> mutated, Swarm swarm) {
    run = make(new MutantLoader(mutated), swarm);
  }

  @SuppressWarnings("unchecked")
  private static BiFunction<Long, Long, Fate> make(ClassLoader loader, Swarm swarm) {
    try {
      return (BiFunction<Long, Long, Fate>)
          loader.loadClass(swarm.runs()).getConstructor().newInstance();
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("a world begins with the class that runs seeds", e);
    }
  }

  /// Runs `seed` with `seconds` of chaos. One that does not come to an end in real time counts as
  /// noticed: whoever waits for it would know.
  Fate run(long seed, long seconds) {
    var fate = new AtomicReference<Fate>();
    var thread =
        Thread.ofPlatform()
            .name("seed " + seed)
            .daemon()
            .unstarted(() -> fate.set(attempt(seed, seconds)));
    thread.start();
    try {
      boolean _ = thread.join(STUCK);
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts a run", e);
    }
    var ended = fate.get();
    return ended != null
        ? ended
        : new Fate(0, 0, 0, 0, "stuck", "no end after " + STUCK.toSeconds() + " s of real time");
  }

  private Fate attempt(long seed, long seconds) {
    try {
      return run.apply(seed, seconds);
    } catch (RuntimeException | Error escaped) {
      return new Fate(0, 0, 0, 0, "simulator", escaped.toString());
    }
  }
}
