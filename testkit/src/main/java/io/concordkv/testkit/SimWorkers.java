package io.concordkv.testkit;

import io.concordkv.base.Check;
import io.concordkv.base.env.Scheduler;
import io.concordkv.base.env.Workers;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// Works run when their event comes, after a drawn delay; their results come home after another.
final class SimWorkers implements Workers {
  private static final long MIN_WORK_NANOS = Duration.ofNanos(20_000).toNanos();
  private static final long MAX_WORK_NANOS = Duration.ofNanos(400_000).toNanos();
  private static final long SLOW_WORK_NANOS = Duration.ofMillis(20).toNanos();
  private static final long MAX_HOME_NANOS = Duration.ofNanos(50_000).toNanos();
  private static final int SLOW_ONE_IN = 200;

  private final Simulation simulation;
  private final SimEnv env;
  private final SplittableRandom chance;
  private final Line log;
  private final Line read;
  private final Line background;
  private long slowNanos;

  /// A lane: a loop of its own, so that the seed decides between it and the node's loop.
  private static final class Line {
    private final SimLoop loop;
    private long lastStart;
    private long lastResult;

    private Line(SimLoop loop) {
      this.loop = loop;
    }
  }

  SimWorkers(Simulation simulation, SimEnv env, SplittableRandom chance) {
    this.simulation = simulation;
    this.env = env;
    this.chance = chance;
    log = new Line(simulation.newLoop(env.node() + "/log"));
    read = new Line(simulation.newLoop(env.node() + "/read"));
    background = new Line(simulation.newLoop(env.node() + "/background"));
  }

  @Override
  public <T> void run(Lane lane, Supplier<T> work, Scheduler home, Consumer<T> then) {
    Check.that(env.isHome(home), "a result goes home to the loop of its node");
    if (!env.alive()) {
      return;
    }
    var line =
        switch (lane) {
          case LOG -> log;
          case READ -> read;
          case BACKGROUND -> background;
        };
    long start = Math.max(line.lastStart, simulation.nanos() + duration());
    line.lastStart = start;
    line.loop.at(start, SimLoop.Kind.WORK, () -> env.guard(() -> work(lane, line, work, then)));
  }

  private <T> void work(Lane lane, Line line, Supplier<T> work, Consumer<T> then) {
    var result = work.get();
    long home = simulation.nanos() + chance.nextLong(MAX_HOME_NANOS);
    if (lane == Lane.LOG) {
      home = Math.max(home, line.lastResult);
      line.lastResult = home;
    }
    env.result(home, () -> then.accept(result));
  }

  private long duration() {
    long slower = slowNanos == 0 ? 0 : chance.nextLong(slowNanos);
    return slower
        + (chance.nextInt(SLOW_ONE_IN) == 0
            ? chance.nextLong(SLOW_WORK_NANOS)
            : chance.nextLong(MIN_WORK_NANOS, MAX_WORK_NANOS));
  }

  /// Every work takes up to `nanos` longer.
  void slow(long nanos) {
    slowNanos = nanos;
  }

  void pauseUntil(long nanos) {
    log.loop.pauseUntil(nanos);
    read.loop.pauseUntil(nanos);
    background.loop.pauseUntil(nanos);
  }

  void resume() {
    log.loop.resume();
    read.loop.resume();
    background.loop.resume();
  }

  void stallLog(long nanos) {
    log.loop.pauseUntil(nanos);
  }

  void kill() {
    simulation.remove(log.loop);
    simulation.remove(read.loop);
    simulation.remove(background.loop);
  }
}
