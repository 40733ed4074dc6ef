package io.concordkv.testkit;

import io.concordkv.base.Check;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A world with a clock of its own. One thread runs all loops of all nodes, one event after the
/// other: in the order of virtual time; where several loops have an event at the same instant, the
/// seed decides which goes first; within a loop they keep their order. The same seed and the same
/// program make the same run, which [#trace()] proves.
public final class Simulation {
  private static final int MAX_EVENTS_OF_AN_INSTANT = 1_000_000;

  private final Streams streams;
  private final SplittableRandom schedule;
  private final List<SimLoop> loops = new ArrayList<>();
  private final List<SimLoop> ready = new ArrayList<>();
  private final List<Runnable> observers = new ArrayList<>();
  private final TreeMap<String, SimDisk> disks = new TreeMap<>();
  private final TreeMap<String, SimClock> clocks = new TreeMap<>();
  private final TreeMap<String, SimEnv> envs = new TreeMap<>();
  private final TreeMap<String, Integer> incarnations = new TreeMap<>();
  private final SimLoop world;
  private long nanos;
  private long sequence;
  private long loopNumbers;
  private long events;
  private long trace;
  private int eventsOfThisInstant;
  private boolean faults = true;
  private String lastRan = "";
  private @Nullable SimThreads threads;
  private final TreeSet<String> marks = new TreeSet<>();

  public Simulation(long seed) {
    streams = new Streams(seed);
    schedule = streams.stream("schedule");
    world = newLoop("world");
  }

  /// Turns [io.concordkv.base.env.Env#fault(String)] off, for runs that must be calm.
  public Simulation withoutFaultSites() {
    faults = false;
    return this;
  }

  /// The world of `node`, started afresh on the disk that it left behind. What an earlier one of
  /// the same name still had to do is dropped. What escapes a task of the node goes to whoever runs
  /// the simulation, and the node is dead.
  public SimEnv env(String node) {
    return env(node, Simulation::rethrow);
  }

  /// As [#env(String)]; what escapes a task or work of the node goes to `fatal` instead.
  public SimEnv env(String node, Consumer<Throwable> fatal) {
    var before = envs.get(node);
    if (before != null) {
      before.kill();
    }
    int incarnation = incarnations.merge(node, 1, Integer::sum);
    var env = new SimEnv(this, node, incarnation, disk(node), fatal);
    envs.put(node, env);
    return env;
  }

  /// The disk of `node`, which outlives its crashes.
  public SimDisk disk(String node) {
    return disks.computeIfAbsent(node, name -> new SimDisk(name, random("disk/" + name)));
  }

  /// The clocks of the machine that `node` runs on.
  public SimClock clock(String node) {
    return clocks.computeIfAbsent(node, _ -> new SimClock(this));
  }

  /// The process of `node` ends at once; what it wrote is still in the page cache.
  public void kill(String node) {
    var env = envs.get(node);
    if (env != null) {
      env.kill();
    }
  }

  /// `node` loses power: the process ends, and a random part of what was not synced is gone.
  public void powerCut(String node) {
    kill(node);
    disk(node).crash();
  }

  /// A loop that belongs to no node: for networks, nemeses and clients.
  public SimLoop world() {
    return world;
  }

  /// A stream of chance, from its beginning; each name is to have one user.
  public SplittableRandom random(String name) {
    return streams.stream(name);
  }

  /// Virtual time since the world began.
  public long nanos() {
    return nanos;
  }

  /// How many events have run.
  public long events() {
    return events;
  }

  /// A hash over the time, loop and kind of every event so far, and over what was [#note]d.
  public long trace() {
    return trace;
  }

  /// Keeps that something happened which runs should show now and then.
  public void reached(String mark) {
    boolean _ = marks.add(mark);
  }

  /// All that was [#reached].
  public SortedSet<String> marks() {
    return Collections.unmodifiableSortedSet(marks);
  }

  /// Mixes something that a run must repeat into the trace.
  public void note(long value) {
    trace = Streams.mix(trace ^ value);
  }

  /// The name of the loop whose event ran last: that of a node, if it was the node's own.
  public String lastRan() {
    return lastRan;
  }

  /// Calls `observer` after every event: the place for invariants.
  public void observe(Runnable observer) {
    observers.add(observer);
  }

  /// The threads that call into its nodes and wait there; one object for all.
  public SimThreads threads() {
    if (threads == null) {
      threads = new SimThreads();
      observe(threads::goOn);
    }
    return threads;
  }

  /// Called by who has posted to `env` and waits. Without threads nobody does.
  void await(SimEnv env, BooleanSupplier done) {
    if (threads != null) {
      threads.await(env, done);
    }
  }

  /// Runs the next event; false if there is none.
  public boolean step() {
    return stepUntil(Long.MAX_VALUE);
  }

  /// Runs everything due within `duration` and moves the clock there.
  public void runFor(Duration duration) {
    runUntil(nanos + duration.toNanos());
  }

  /// Runs everything due up to `untilNanos`, and moves the clock there.
  public void runUntil(long untilNanos) {
    while (stepUntil(untilNanos)) {
      // Each step says whether there was one.
    }
    moveTo(Math.max(nanos, untilNanos));
  }

  /// Runs until `reached` holds, at most for `limit`; whether it holds.
  public boolean runUntil(BooleanSupplier reached, Duration limit) {
    long end = nanos + limit.toNanos();
    while (!reached.getAsBoolean()) {
      if (!stepUntil(end)) {
        moveTo(end);
        return reached.getAsBoolean();
      }
    }
    return true;
  }

  private boolean stepUntil(long limitNanos) {
    long earliest = Long.MAX_VALUE;
    ready.clear();
    for (var loop : loops) {
      long next = loop.nextNanos();
      if (next < earliest) {
        earliest = next;
        ready.clear();
      }
      if (next == earliest && next != Long.MAX_VALUE) {
        ready.add(loop);
      }
    }
    if (ready.isEmpty() || earliest > limitNanos) {
      return false;
    }
    // What was held up comes late.
    moveTo(Math.max(nanos, earliest));
    Check.that(++eventsOfThisInstant < MAX_EVENTS_OF_AN_INSTANT, "time goes on");
    var loop = ready.get(ready.size() == 1 ? 0 : schedule.nextInt(ready.size()));
    var event = loop.take();
    events++;
    note(event.nanos ^ Long.rotateLeft(loop.number() * 8 + event.kind.code, 40));
    lastRan = loop.name();
    event.run();
    for (var observer : observers) {
      observer.run();
    }
    return true;
  }

  private void moveTo(long to) {
    if (to != nanos) {
      nanos = to;
      eventsOfThisInstant = 0;
    }
  }

  SimLoop newLoop(String name) {
    var loop = new SimLoop(this, name, loopNumbers++);
    loops.add(loop);
    return loop;
  }

  void remove(SimLoop loop) {
    loop.kill();
    loops.remove(loop);
  }

  long nextSequence() {
    return sequence++;
  }

  long derive(String name) {
    return streams.derive(name);
  }

  boolean faultSites() {
    return faults;
  }

  private static void rethrow(Throwable escaped) {
    switch (escaped) {
      case RuntimeException exception -> throw exception;
      case Error error -> throw error;
      default -> throw new IllegalStateException("a task threw what it cannot throw", escaped);
    }
  }
}
