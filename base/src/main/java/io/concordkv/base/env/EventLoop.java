package io.concordkv.base.env;

import io.concordkv.base.Check;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The event loop of the real world: one thread at a time that owns all state of its shards.
///
/// Tasks from any thread are pushed on a stack with one compare-and-swap; the loop takes the whole
/// stack with one exchange and turns it round, so a burst costs one wake-up and the order of
/// posting is kept. The thread parks when there is nothing to do. Timers that are due run between
/// two bursts, so a loop under load does not starve them.
///
/// Mostly that is the loop's own thread. A thread that posts a task and would only wait for its
/// answer, or has nothing else to do, may take the turn itself while nobody has it ([#postAndHelp];
/// Hendler, Incze, Shavit, Tzafrir, "Flat Combining", 2010). The turn is taken with a
/// compare-and-swap and given up with a volatile write, so whoever has it next sees all that was
/// done. Nothing posted is left lying: who posts finds the turn free and takes it, or wakes the
/// loop's thread; who gives it up looks once more and wakes the loop's thread if there is
/// something. That thread does not rely on being woken for what comes while somebody else has the
/// turn: then it looks again after a moment.
///
/// After a throwable escaped a task nothing runs any more.
final class EventLoop implements Scheduler {
  private static final long NONE = Long.MAX_VALUE;
  private static final long MOMENT_NANOS = 100_000;

  private final Thread thread;
  private final Clock clock;
  private final Consumer<Throwable> fatal;
  private final AtomicReference<@Nullable Node> posted = new AtomicReference<>();
  private final TimerHeap timers = new TimerHeap();

  /// Who may run tasks now; null if nobody does.
  private final AtomicReference<@Nullable Thread> turn = new AtomicReference<>();

  /// When the next timer is due, as it was when the turn was last given up.
  private volatile long deadline = NONE;

  private volatile boolean parked;
  private volatile boolean stopped;

  private static final class Node {
    private final Runnable task;
    private @Nullable Node next;

    private Node(Runnable task) {
      this.task = task;
    }
  }

  EventLoop(String name, Clock clock, Consumer<Throwable> fatal) {
    this.clock = clock;
    this.fatal = fatal;
    thread = Thread.ofPlatform().name(name).unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /// Lets the task that runs now end and starts no other one. Waits for it unless called on the
  /// loop itself.
  void stop() {
    halt();
    if (!isCurrent()) {
      boolean interrupted = false;
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException _) {
          interrupted = true;
        }
      }
      while (turn.get() != null) {
        LockSupport.parkNanos(this, MOMENT_NANOS);
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /// As [#stop()], without waiting.
  void halt() {
    stopped = true;
    LockSupport.unpark(thread);
  }

  boolean isCurrent() {
    return Thread.currentThread().equals(turn.get());
  }

  @Override
  public void post(Runnable task) {
    boolean first = push(task);
    // Whoever finds the stack empty may have found the loop asleep; the others know that somebody
    // woke it for them. Whoever has the turn looks himself.
    if (first && parked && !isCurrent()) {
      LockSupport.unpark(thread);
    }
  }

  @Override
  public void postAndHelp(Runnable task, BooleanSupplier done) {
    push(task);
    var self = Thread.currentThread();
    if (!turn.compareAndSet(null, self)) {
      // Whoever has it looks once more when he gives it up.
      return;
    }
    // An interrupt is meant for what the caller does, and would close files that tasks use.
    boolean interrupted = Thread.interrupted();
    try {
      while (!stopped && runAll() && !done.getAsBoolean()) {
        // What ran may have posted more.
      }
    } catch (Throwable escaped) {
      stopped = true;
      fatal.accept(escaped);
    } finally {
      boolean earlier = giveUpTurn();
      if (earlier || posted.get() != null || stopped) {
        LockSupport.unpark(thread);
      }
      if (interrupted) {
        self.interrupt();
      }
    }
  }

  /// Whether there was nothing posted before.
  private boolean push(Runnable task) {
    var node = new Node(task);
    @Nullable Node top;
    do {
      top = posted.get();
      node.next = top;
    } while (!posted.compareAndSet(top, node));
    return top == null;
  }

  @Override
  public Timer after(Duration delay, Runnable task) {
    Check.that(isCurrent(), "timers are set on their loop");
    return timers.add(clock.nanos() + delay.toNanos(), task);
  }

  private void run() {
    try {
      while (!stopped) {
        if (turn.compareAndSet(null, thread)) {
          while (!stopped && runAll()) {
            // There may be more.
          }
          giveUpTurn();
        }
        park();
      }
    } catch (Throwable escaped) {
      stopped = true;
      fatal.accept(escaped);
    } finally {
      turn.compareAndSet(thread, null);
    }
  }

  private boolean runAll() {
    boolean ran = runPosted();
    return runTimers() || ran;
  }

  /// Whether there is a timer now that is due before those there were.
  private boolean giveUpTurn() {
    long before = deadline;
    long next = timers.isEmpty() ? NONE : timers.nextDeadlineNanos();
    if (next != before) {
      deadline = next;
    }
    turn.set(null);
    return next != NONE && (before == NONE || next - before < 0);
  }

  private boolean runPosted() {
    var node = inOrder(posted.getAndSet(null));
    boolean any = node != null;
    while (node != null && !stopped) {
      node.task.run();
      node = node.next;
    }
    return any;
  }

  private static @Nullable Node inOrder(@Nullable Node top) {
    Node first = null;
    var node = top;
    while (node != null) {
      var next = node.next;
      node.next = first;
      first = node;
      node = next;
    }
    return first;
  }

  private boolean runTimers() {
    if (timers.isEmpty()) {
      return false;
    }
    boolean any = false;
    long now = clock.nanos();
    for (var task = timers.poll(now); task != null && !stopped; task = timers.poll(now)) {
      any = true;
      task.run();
    }
    return any;
  }

  private void park() {
    parked = true;
    if (stopped) {
      parked = false;
      return;
    }
    long due = deadline;
    if (turn.get() != null) {
      LockSupport.parkNanos(this, MOMENT_NANOS);
    } else if (posted.get() == null) {
      if (due == NONE) {
        LockSupport.park(this);
      } else {
        long wait = due - clock.nanos();
        if (wait > 0) {
          LockSupport.parkNanos(this, wait);
        }
      }
    }
    parked = false;
  }
}
