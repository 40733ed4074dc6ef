package io.concordkv.testkit;

import java.time.Duration;
import java.time.Instant;

/// The clocks of one machine. They outlive its processes.
///
/// The monotonic one never jumps, but may run a little fast or slow. The time of day does what it
/// likes: nothing may depend on it.
public final class SimClock {
  private static final Instant EPOCH = Instant.parse("2026-01-01T00:00:00Z");
  private static final long MILLION = 1_000_000;

  private final Simulation simulation;
  private long partsPerMillion;
  private long wallOffsetNanos;
  private long frozenNanos = -1;

  SimClock(Simulation simulation) {
    this.simulation = simulation;
  }

  /// From now on a million seconds of the world are `partsPerMillion` more on this clock. To be
  /// said before the machine is first used.
  public void drift(long partsPerMillion) {
    this.partsPerMillion = partsPerMillion;
  }

  public void jumpWall(Duration by) {
    wallOffsetNanos += by.toNanos();
  }

  /// The time of day stands still until [#thawWall].
  public void freezeWall() {
    frozenNanos = simulation.nanos();
  }

  public void thawWall() {
    frozenNanos = -1;
  }

  long nanos() {
    long nanos = simulation.nanos();
    return nanos + nanos / MILLION * partsPerMillion + nanos % MILLION * partsPerMillion / MILLION;
  }

  /// How long the world has to wait until `delay` has passed here.
  long worldNanos(Duration delay) {
    long nanos = Math.max(0, delay.toNanos());
    return partsPerMillion == 0 ? nanos : (nanos / (MILLION + partsPerMillion) + 1) * MILLION;
  }

  Instant wall() {
    long nanos = frozenNanos >= 0 ? frozenNanos : simulation.nanos();
    return EPOCH.plusNanos(nanos + wallOffsetNanos);
  }
}
