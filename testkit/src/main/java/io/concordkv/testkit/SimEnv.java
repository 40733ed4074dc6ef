package io.concordkv.testkit;

import io.concordkv.base.env.Clock;
import io.concordkv.base.env.Env;
import io.concordkv.base.env.FileSystem;
import io.concordkv.base.env.Scheduler;
import io.concordkv.base.env.Timer;
import io.concordkv.base.env.Workers;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/// The world as one life of a node sees it: from its start to its crash.
///
/// Of all fault sites a quarter is live under a seed, and a live one fires every fourth time (the
/// numbers of FoundationDB).
public final class SimEnv implements Env {
  private static final long MAX_START_NANOS = Duration.ofHours(1).toNanos();

  private final Simulation simulation;
  private final String node;
  private final String life;
  private final Consumer<Throwable> fatal;
  private final SimFileSystem files;
  private final SimLoop loop;
  private final SimWorkers workers;
  private final long startNanos;
  private final SimClock machineClock;
  private final TreeMap<String, SplittableRandom> streams = new TreeMap<>();
  private final HashMap<String, RandomGenerator> sites = new HashMap<>();
  private boolean alive = true;
  private String awaited = "";
  private Runnable atMark = () -> {};

  private final Scheduler guarded =
      new Scheduler() {
        @Override
        public void post(Runnable task) {
          loop.post(() -> guard(task));
        }

        @Override
        public void postAndHelp(Runnable task, BooleanSupplier done) {
          post(task);
          simulation.await(SimEnv.this, done);
        }

        @Override
        public Timer after(Duration delay, Runnable task) {
          long due = simulation.nanos() + machineClock.worldNanos(delay);
          return loop.at(due, SimLoop.Kind.TIMER, () -> guard(task));
        }
      };

  private final Clock clock =
      new Clock() {
        @Override
        public long nanos() {
          return startNanos + machineClock.nanos();
        }

        @Override
        public Instant wall() {
          return machineClock.wall();
        }
      };

  SimEnv(
      Simulation simulation,
      String node,
      int incarnation,
      SimDisk disk,
      Consumer<Throwable> fatal) {
    this.simulation = simulation;
    this.node = node;
    this.life = node + "#" + incarnation;
    this.fatal = fatal;
    startNanos = Long.remainderUnsigned(simulation.derive(life + "/clock"), MAX_START_NANOS);
    machineClock = simulation.clock(node);
    loop = simulation.newLoop(node);
    workers = new SimWorkers(simulation, this, simulation.random(life + "/workers"));
    files = new SimFileSystem(disk, this);
    disk.startLife();
  }

  public String node() {
    return node;
  }

  @Override
  public Clock clock() {
    return clock;
  }

  @Override
  public Scheduler loop() {
    return guarded;
  }

  @Override
  public Workers workers() {
    return workers;
  }

  @Override
  public FileSystem files() {
    return files;
  }

  @Override
  public RandomGenerator random(String name) {
    return stream(name);
  }

  private SplittableRandom stream(String name) {
    return streams.computeIfAbsent(name, key -> simulation.random(life + "/random/" + key));
  }

  @Override
  public byte[] entropy(int bytes) {
    var drawn = new byte[bytes];
    stream("entropy").nextBytes(drawn);
    return drawn;
  }

  @Override
  public boolean fault(String site) {
    if (!simulation.faultSites()) {
      return false;
    }
    boolean fires = sites.computeIfAbsent(site, this::site).nextInt(4) == 0;
    if (fires) {
      simulation.reached("fault/" + site);
    }
    return fires;
  }

  /// The chance of a site; one that never fires if it is not live under this seed.
  private RandomGenerator site(String name) {
    boolean live = (simulation.derive("fault/" + name) & 3) == 0;
    return live ? simulation.random(life + "/random/fault/" + name) : () -> -1L;
  }

  @Override
  public void reached(String mark) {
    simulation.reached(mark);
    if (mark.equals(awaited)) {
      forgetMark();
      atMark.run();
    }
  }

  /// Runs `task` when the node next comes to `mark`, in the middle of what it is doing. It waits
  /// for one mark at a time.
  public void atMark(String mark, Runnable task) {
    awaited = mark;
    atMark = task;
  }

  /// Takes back [#atMark].
  public void forgetMark() {
    awaited = "";
  }

  /// Whether the node still runs.
  public boolean alive() {
    return alive;
  }

  /// Ends the process: nothing of it runs any more. What it wrote stays in the page cache.
  public void kill() {
    if (alive) {
      alive = false;
      simulation.remove(loop);
      workers.kill();
    }
  }

  /// The process stands still for `duration` from now, as under SIGSTOP or a long collection; its
  /// clock goes on.
  public void pause(Duration duration) {
    long until = simulation.nanos() + duration.toNanos();
    loop.pauseUntil(until);
    workers.pauseUntil(until);
  }

  /// Takes back what is left of a [#pause].
  public void resume() {
    loop.resume();
    workers.resume();
  }

  /// As [#pause], but as soon as `count` more events of the node's loop have begun: so that it
  /// comes between any two steps, however close they are in time.
  public void pauseAtEvent(int count, Duration duration) {
    loop.atEvent(count, () -> pause(duration));
  }

  /// Every task and work of this life takes `nanos` longer from now on.
  public void slow(long nanos) {
    loop.slow(nanos);
    workers.slow(nanos);
  }

  /// Every work takes up to `nanos` longer from now on, as with a slow disk.
  public void slowWork(long nanos) {
    workers.slow(nanos);
  }

  /// The log's lane of the workers stands still for `duration` from now, as with a disk that is
  /// slow to sync; the node goes on.
  public void stallLog(Duration duration) {
    workers.stallLog(simulation.nanos() + duration.toNanos());
  }

  /// Runs `task` as one of the node's: what escapes it ends the node.
  void guard(Runnable task) {
    try {
      task.run();
    } catch (PowerCut _) {
      kill();
    } catch (Throwable escaped) {
      kill();
      fatal.accept(escaped);
    }
  }

  /// Posts the result of a work home at a later time.
  void result(long nanos, Runnable task) {
    loop.at(nanos, SimLoop.Kind.RESULT, () -> guard(task));
  }

  boolean isHome(Scheduler scheduler) {
    return scheduler.equals(guarded);
  }
}
