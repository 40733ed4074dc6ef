package io.concordkv.sim.nemesis;

import io.concordkv.sim.cluster.SimNode;
import java.util.SplittableRandom;
import java.util.TreeSet;

/// What happens to disks.
///
/// Keeps an atlas of what was damaged (as TigerBeetle does): only so many nodes ever lose something
/// that they had promised to keep as the others can do without. Beyond the model anybody may.
final class DiskHarm {
  private static final String LOG = "wal/";
  private static final String STATE = "state/";
  private static final String TABLES = ".sst";

  /// Tells how far the log was acknowledged. A power cut that takes its last state back together
  /// with damage to the log's end is one fault more than the log can tell apart from a torn write.
  private static final String MARKER = "wal/acked";

  private final Field field;
  private final TreeSet<String> atlas = new TreeSet<>();

  DiskHarm(Field field) {
    this.field = field;
  }

  /// The node ends at its next sync; what it wrote for that may be in the page cache only when it
  /// starts again, so that the power goes as well, now and then.
  void badSync(Fault fault) {
    var chance = fault.chance();
    var victim = field.victim(fault);
    if (!victim.running()) {
      return;
    }
    field.cluster.failSync(victim);
    boolean powerGoes = chance.nextInt(3) == 0;
    long powerAt = chance.nextLong(100);
    field.later(
        fault.harmMillis(),
        () -> {
          field.cluster.spare(victim);
          field.cluster.start(victim);
          if (powerGoes) {
            field.later(powerAt, () -> field.powerCut(victim, fault.harmMillis()));
          }
        });
  }

  void badRead(Fault fault) {
    var victim = field.victim(fault);
    var chance = fault.chance();
    field.cluster.failRead(victim, some(chance));
    if (chance.nextBoolean()) {
      field.cluster.kill(victim);
      field.restart(victim, 10);
    }
    recover(victim, fault);
  }

  void badWrite(Fault fault) {
    var victim = field.victim(fault);
    field.cluster.failWrite(victim, some(fault.chance()));
    recover(victim, fault);
  }

  void fullDisk(Fault fault) {
    var victim = field.victim(fault);
    field.cluster.fill(victim, fault.chance().nextLong(100_000));
    recover(victim, fault);
  }

  /// Files that are hit: those of the log, any of the state, or tables, which most of the reading
  /// is from.
  private static String some(SplittableRandom chance) {
    return switch (chance.nextInt(3)) {
      case 0 -> LOG;
      case 1 -> STATE;
      default -> TABLES;
    };
  }

  private void recover(SimNode victim, Fault fault) {
    field.later(
        fault.harmMillis(),
        () -> {
          field.cluster.spare(victim);
          field.cluster.start(victim);
        });
  }

  void rot(Fault fault, String path, boolean tail) {
    var victim = field.victim(fault);
    if (!expendable(victim)) {
      return;
    }
    var chance = fault.chance();
    if (field.simulation.disk(victim.name()).rot(path, chance, tail)) {
      // A damaged log is noticed at the next start only.
      if (chance.nextBoolean()) {
        field.powerCut(victim, 1 + chance.nextLong(fault.harmMillis()));
      }
      mayBeCured(victim, fault);
    }
  }

  void rotLog(Fault fault, boolean tail) {
    rot(fault, LOG, tail);
  }

  void rotState(Fault fault) {
    rot(fault, STATE, false);
  }

  void astray(Fault fault, boolean misdirected) {
    var victim = field.victim(fault);
    if (!expendable(victim)) {
      return;
    }
    var chance = fault.chance();
    field.simulation.disk(victim.name()).writeAstray(some(chance), chance.split(), misdirected);
    if (chance.nextBoolean()) {
      field.later(
          chance.nextLong(fault.harmMillis()),
          () -> field.powerCut(victim, 1 + chance.nextLong(fault.harmMillis())));
    }
    mayBeCured(victim, fault);
  }

  /// Some damage goes away by itself: what was wrong was the way to the medium.
  private void mayBeCured(SimNode victim, Fault fault) {
    if ((fault.seed() & 1) == 0) {
      field.later(
          2 * fault.harmMillis(),
          () -> {
            field.simulation.disk(victim.name()).cure();
            field.cluster.start(victim);
          });
    }
  }

  private boolean expendable(SimNode node) {
    if (atlas.contains(node.name())) {
      return true;
    }
    boolean free = field.swarm.setup().beyond() || atlas.size() < field.swarm.expendable();
    if (free) {
      atlas.add(node.name());
      field.simulation.disk(node.name()).writeThrough(MARKER);
    }
    return free;
  }
}
