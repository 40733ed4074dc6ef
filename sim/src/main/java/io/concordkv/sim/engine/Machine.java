package io.concordkv.sim.engine;

import io.concordkv.base.CorruptionError;
import io.concordkv.base.env.FileException;
import io.concordkv.sim.violation.Violation;
import io.concordkv.testkit.Gen;
import io.concordkv.testkit.SimDisk;
import io.concordkv.testkit.SimEnv;
import io.concordkv.testkit.Simulation;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The machine that the engine runs on, and the harm that comes to it.
final class Machine {
  private static final String NODE = "n";
  private static final int BEGINNING_BYTES = 16 << 10;

  /// How often a byte is looked for that is not zero.
  private static final int TRIES = 100;

  final Simulation simulation;
  private final SimDisk disk;
  private final Gen gen;
  private final SplittableRandom chance;
  private final Consumer<String> story;
  private SimEnv env;
  private @Nullable Throwable escaped;
  private boolean troubled;
  private boolean harmed;
  private int faults;
  private int crashes;

  Machine(EngineSetup setup, Consumer<String> story) {
    simulation = new Simulation(setup.seed());
    if (!setup.has(Trouble.BUGGIFY)) {
      simulation.withoutFaultSites();
    }
    this.story = story;
    disk = simulation.disk(NODE);
    gen = new Gen(simulation.random("faults").nextLong());
    chance = simulation.random("harm");
    env = simulation.env(NODE, this::escaped);
  }

  SimEnv env() {
    return env;
  }

  int faults() {
    return faults;
  }

  int crashes() {
    return crashes;
  }

  private void escaped(Throwable failure) {
    escaped = failure;
  }

  void runFor(Duration duration) {
    simulation.runFor(duration);
  }

  /// Whether the process still runs. What ended it otherwise than by a planned death must have been
  /// the disk's fault: anything else is a [Violation].
  boolean alive() {
    var failure = escaped;
    if (failure != null) {
      escaped = null;
      excuse(failure);
    }
    return env.alive();
  }

  /// Ends the process, unless the disk gave no reason for `failure`: that is a [Violation].
  void excuse(Throwable failure) {
    switch (failure) {
      case Violation violation -> throw violation;
      case FileException failed when troubled -> story.accept("the process ends: " + failed);
      case CorruptionError damage when harmed -> story.accept("the process ends: " + damage);
      case CorruptionError damage ->
          throw new Violation("engine.damage", damage.toString(), damage);
      default -> throw new Violation("engine.died", failure.toString(), failure);
    }
    simulation.kill(NODE);
  }

  /// Whether what was written may have changed.
  boolean damaged() {
    return harmed;
  }

  /// The process ends now, or at a file operation of the near future.
  void strike() {
    crashes++;
    boolean power = gen.flag();
    if (gen.flag()) {
      int at = gen.flag() ? gen.between(1, 12) : gen.between(1, 200);
      story.accept((power ? "the power goes" : "a kill") + " in " + at + " file operations");
      planDeath(power, at);
    } else {
      end(power);
    }
  }

  private void planDeath(boolean power, int at) {
    if (power) {
      disk.powerCutAtOperation(at);
    } else {
      disk.killAtOperation(at);
    }
  }

  /// The process ends now.
  void end(boolean power) {
    story.accept(power ? "the power goes" : "a kill");
    if (power) {
      simulation.powerCut(NODE);
    } else {
      simulation.kill(NODE);
    }
  }

  /// An operation of the disk is going to fail.
  void spoil() {
    faults++;
    troubled = true;
    switch (gen.below(4)) {
      case 0 -> disk.failReads("", 1);
      case 1 -> disk.failWrites("", 1);
      default -> disk.failSyncs("", 1);
    }
    story.accept("the disk will fail");
  }

  void fill() {
    faults++;
    troubled = true;
    int room = gen.below(20_000);
    story.accept("the disk has room for " + room + " bytes");
    disk.limitSpace(room);
  }

  void rot() {
    faults++;
    harmed = true;
    switch (gen.below(4)) {
      case 0 -> disk.writeAstray("", chance, gen.flag());
      case 1 -> {
        boolean _ = disk.rot("", chance, gen.flag());
      }
      default -> flip();
    }
    story.accept("the disk rots");
  }

  /// Turns over a bit of a byte that says something: more often near the beginning of a file, where
  /// much depends on each.
  private void flip() {
    var files = disk.paths();
    if (files.isEmpty()) {
      return;
    }
    var path = gen.oneOf(files);
    var content = disk.content(path);
    int end = gen.flag() ? Math.min(content.length, BEGINNING_BYTES) : content.length;
    for (int tries = 0; tries < TRIES && end > 0; tries++) {
      int at = gen.below(end);
      if (content[at] != 0) {
        disk.flipBit(path, at, gen.below(8));
        return;
      }
    }
  }

  /// All that was planned and has not happened does not happen.
  void heal() {
    disk.spare();
    disk.failReads("", 0);
    disk.failWrites("", 0);
    disk.failSyncs("", 0);
    disk.limitSpace(Long.MAX_VALUE);
    troubled = false;
  }

  /// What was damaged is as it was: for a new beginning on this disk.
  void cure() {
    disk.cure();
  }

  /// A new process on the same disk. With `mortal` it may die while it opens.
  void restart(boolean mortal) {
    if (gen.oneIn(3)) {
      heal();
    }
    boolean power = gen.flag();
    if (gen.flag() && power) {
      simulation.powerCut(NODE);
    }
    env = simulation.env(NODE, this::escaped);
    escaped = null;
    if (mortal && gen.oneIn(3)) {
      planDeath(power, gen.between(1, 30));
    }
  }
}
