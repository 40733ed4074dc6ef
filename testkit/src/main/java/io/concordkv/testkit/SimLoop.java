package io.concordkv.testkit;

import io.concordkv.base.env.Scheduler;
import io.concordkv.base.env.Timer;
import java.time.Duration;
import java.util.PriorityQueue;

/// A loop in virtual time. Events of the same instant run in the order in which they were put in.
public final class SimLoop implements Scheduler {
  /// What an event is; part of the trace hash.
  enum Kind {
    POST(1),
    TIMER(2),
    WORK(3),
    RESULT(4);

    final int code;

    Kind(int code) {
      this.code = code;
    }
  }

  private final Simulation simulation;
  private final String name;
  private final long number;
  private final PriorityQueue<Event> events = new PriorityQueue<>();
  private boolean dead;
  private long pausedUntil = Long.MIN_VALUE;
  private long slowNanos;
  private int countdown;
  private Runnable atEvent = () -> {};

  static final class Event implements Comparable<Event>, Timer {
    final long nanos;
    final long sequence;
    final Kind kind;
    private final Runnable task;
    private boolean cancelled;

    Event(long nanos, long sequence, Kind kind, Runnable task) {
      this.nanos = nanos;
      this.sequence = sequence;
      this.kind = kind;
      this.task = task;
    }

    @Override
    public int compareTo(Event other) {
      return nanos != other.nanos
          ? Long.compare(nanos, other.nanos)
          : Long.compare(sequence, other.sequence);
    }

    @Override
    public void cancel() {
      cancelled = true;
    }

    void run() {
      task.run();
    }
  }

  SimLoop(Simulation simulation, String name, long number) {
    this.simulation = simulation;
    this.name = name;
    this.number = number;
  }

  public String name() {
    return name;
  }

  @Override
  public void post(Runnable task) {
    at(simulation.nanos(), Kind.POST, task);
  }

  @Override
  public Timer after(Duration delay, Runnable task) {
    return at(simulation.nanos() + Math.max(0, delay.toNanos()), Kind.TIMER, task);
  }

  Event at(long nanos, Kind kind, Runnable task) {
    var event = new Event(nanos, simulation.nextSequence(), kind, task);
    if (!dead) {
      events.add(event);
    }
    return event;
  }

  long number() {
    return number;
  }

  /// When the next event is due, or Long.MAX_VALUE if there is none.
  long nextNanos() {
    for (var next = events.peek(); next != null; next = events.peek()) {
      if (!next.cancelled) {
        return Math.max(next.nanos, pausedUntil);
      }
      events.poll();
    }
    return Long.MAX_VALUE;
  }

  Event take() {
    if (slowNanos > 0) {
      pauseUntil(simulation.nanos() + slowNanos);
    }
    if (countdown > 0 && --countdown == 0) {
      atEvent.run();
    }
    return events.remove();
  }

  /// Each event keeps the loop busy for `nanos`.
  void slow(long nanos) {
    slowNanos = nanos;
  }

  /// Runs `hook` when the `count`th event from now on begins.
  void atEvent(int count, Runnable hook) {
    countdown = count;
    atEvent = hook;
  }

  /// Lets nothing run before `nanos`; what was due earlier comes then.
  void pauseUntil(long nanos) {
    pausedUntil = Math.max(pausedUntil, nanos);
  }

  void resume() {
    pausedUntil = Long.MIN_VALUE;
  }

  /// Drops what is pending and all that is still to come.
  void kill() {
    dead = true;
    events.clear();
  }
}
