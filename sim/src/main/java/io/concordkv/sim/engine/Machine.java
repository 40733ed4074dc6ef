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

/// The machine that an engine or a store runs on, and the harm that comes to it.
public final class Machine {
  private static final int BEGINNING_BYTES = 16 << 10;
  private static final int END_BYTES = 200;

  /// How often a byte is looked for that is not zero.
  private static final int TRIES = 100;

  private final Simulation simulation;
  private final String kind;
  private final Gen gen;
  private final SplittableRandom chance;
  private final Consumer<String> story;
  private String node = "n";
  private SimDisk disk;
  private SimEnv env;
  private @Nullable Throwable escaped;
  private boolean troubled;
  private int harms;
  private boolean power;
  private int faults;
  private int crashes;

  /// @param kind of what runs on it, as in the names of checks
  /// @param story is told what happens
  public Machine(String kind, long seed, boolean faultSites, Consumer<String> story) {
    this.kind = kind;
    simulation = new Simulation(seed);
    if (!faultSites) {
      simulation.withoutFaultSites();
    }
    this.story = story;
    disk = simulation.disk(node);
    gen = new Gen(simulation.random("faults").nextLong());
    chance = simulation.random("harm");
    env = simulation.env(node, this::escaped);
  }

  public Simulation simulation() {
    return simulation;
  }

  public SimEnv env() {
    return env;
  }

  public int faults() {
    return faults;
  }

  public int crashes() {
    return crashes;
  }

  private void escaped(Throwable failure) {
    escaped = failure;
  }

  public void runFor(Duration duration) {
    simulation.runFor(duration);
  }

  /// Whether the process still runs. What ended it otherwise than by a planned death must have been
  /// the disk's fault: anything else is a [Violation].
  public boolean alive() {
    var failure = escaped;
    if (failure != null) {
      escaped = null;
      excuse(failure);
    }
    return env.alive();
  }

  /// Ends the process, unless the disk gave no reason for `failure`: that is a [Violation].
  public void excuse(Throwable failure) {
    switch (failure) {
      case Violation violation -> throw violation;
      case FileException failed when troubled -> story.accept("the process ends: " + failed);
      case CorruptionError damage when damaged() -> story.accept("the process ends: " + damage);
      case CorruptionError damage ->
          throw new Violation(kind + ".damage", damage.toString(), damage);
      default -> throw new Violation(kind + ".died", failure.toString(), failure);
    }
    simulation.kill(node);
  }

  /// Whether the power went, or was to go, since [#began()].
  public boolean lostPower() {
    return power;
  }

  /// The log stands still for so long.
  public void stallLog(Duration duration) {
    story.accept("the log stalls for " + duration);
    env.stallLog(duration);
  }

  /// Whether what was written may have changed.
  public boolean damaged() {
    return harms > 0;
  }

  /// How often.
  public int harms() {
    return harms;
  }

  /// The process ends now, or at a file operation of the near future.
  public void strike() {
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
    this.power |= power;
    if (power) {
      disk.powerCutAtOperation(at);
    } else {
      disk.killAtOperation(at);
    }
  }

  /// The process ends now.
  public void end(boolean power) {
    story.accept(power ? "the power goes" : "a kill");
    this.power |= power;
    if (power) {
      simulation.powerCut(node);
    } else {
      simulation.kill(node);
    }
  }

  /// An operation of the disk is going to fail.
  public void spoil() {
    faults++;
    troubled = true;
    switch (gen.below(4)) {
      case 0 -> disk.failReads("", 1);
      case 1 -> disk.failWrites("", 1);
      default -> disk.failSyncs("", 1);
    }
    story.accept("the disk will fail");
  }

  public void fill() {
    faults++;
    troubled = true;
    int room = gen.below(20_000);
    story.accept("the disk has room for " + room + " bytes");
    disk.limitSpace(room);
  }

  /// @param path what a file whose content is harmed has in its path
  public void rot(String path) {
    faults++;
    harms++;
    switch (gen.below(4)) {
      case 0 -> disk.writeAstray(path, chance, gen.flag());
      case 1 -> {
        boolean _ = disk.rot(path, chance, gen.flag());
      }
      default -> flip(path);
    }
    story.accept("the disk rots");
  }

  /// Turns over a bit of a byte that says something: more often near the beginning of a file, where
  /// much depends on each.
  private void flip(String part) {
    var files = disk.paths().stream().filter(path -> path.contains(part)).toList();
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

  /// Turns over a bit of what was written last to a file whose path contains `part`, and the
  /// process ends.
  public void rotEnd(String part) {
    var files = disk.paths().stream().filter(path -> path.contains(part)).toList();
    if (files.isEmpty()) {
      return;
    }
    var path = gen.oneOf(files);
    var content = disk.content(path);
    int end = content.length;
    while (end > 0 && content[end - 1] == 0) {
      end--;
    }
    if (end > 0) {
      faults++;
      harms++;
      disk.flipBit(path, end - 1 - gen.below(Math.min(end, END_BYTES)), gen.below(8));
      story.accept("the end of " + path + " rots");
      end(false);
    }
  }

  /// All that was planned and has not happened does not happen.
  public void heal() {
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

  /// Another machine takes its place, with an empty disk.
  public void replace() {
    heal();
    simulation.kill(node);
    node += "n";
    disk = simulation.disk(node);
    harms = 0;
    restart(false);
  }

  /// Whether an operation of the disk may have failed, or may be about to.
  public boolean troubled() {
    return troubled;
  }

  /// A process has found what the one before left.
  public void began() {
    power = false;
  }

  /// A new process on the same disk. With `mortal` it may die while it opens.
  public void restart(boolean mortal) {
    if (gen.oneIn(3)) {
      heal();
    }
    boolean power = gen.flag();
    if (gen.flag() && power) {
      this.power = true;
      simulation.powerCut(node);
    }
    env = simulation.env(node, this::escaped);
    escaped = null;
    if (mortal && gen.oneIn(3)) {
      planDeath(power, gen.between(1, 30));
    }
  }
}
