package io.concordkv.base.env;

import io.concordkv.base.Check;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The event loop of the real world: one thread that owns all state of its shards.
///
/// Tasks from any thread are pushed on a stack with one compare-and-swap; the loop takes the whole
/// stack with one exchange and turns it round, so a burst costs one wake-up and the order of
/// posting is kept. The thread parks when there is nothing to do. Timers that are due run between
/// two bursts, so a loop under load does not starve them.
///
/// After a throwable escaped a task nothing runs any more.
final class EventLoop implements Scheduler {
  private final Thread thread;
  private final Clock clock;
  private final Consumer<Throwable> fatal;
  private final AtomicReference<@Nullable Node> posted = new AtomicReference<>();
  private final TimerHeap timers = new TimerHeap();
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
    return Thread.currentThread().equals(thread);
  }

  @Override
  public void post(Runnable task) {
    var node = new Node(task);
    @Nullable Node top;
    do {
      top = posted.get();
      node.next = top;
    } while (!posted.compareAndSet(top, node));
    // Whoever finds the stack empty may have found the loop asleep; the others know that somebody
    // woke it for them.
    if (top == null && parked) {
      LockSupport.unpark(thread);
    }
  }

  @Override
  public Timer after(Duration delay, Runnable task) {
    Check.that(isCurrent(), "timers are set on their loop");
    return timers.add(clock.nanos() + delay.toNanos(), task);
  }

  private void run() {
    try {
      while (!stopped) {
        boolean ran = runPosted();
        ran |= runTimers();
        if (!ran) {
          park();
        }
      }
    } catch (Throwable escaped) {
      stopped = true;
      fatal.accept(escaped);
    }
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
    if (posted.get() == null && !stopped) {
      if (timers.isEmpty()) {
        LockSupport.park(this);
      } else {
        long wait = timers.nextDeadlineNanos() - clock.nanos();
        if (wait > 0) {
          LockSupport.parkNanos(this, wait);
        }
      }
    }
    parked = false;
  }
}
