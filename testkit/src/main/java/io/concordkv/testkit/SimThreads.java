package io.concordkv.testkit;

import io.concordkv.base.Check;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// Threads of simulated processes, for code that is called by many and waits for its loop. One of
/// them runs at a time, and no loop does meanwhile: it gives its turn back only where it waits
/// ([io.concordkv.base.env.Scheduler#postAndHelp]), and goes on behind the event that ended its
/// waiting. So the same seed makes the same run.
///
/// A process that dies takes its threads with it: whoever waits is unwound.
public final class SimThreads {
  private final List<SimThread> threads = new ArrayList<>();
  private @Nullable SimThread running;

  /// Unwinds a thread of a process that is dead. Nobody catches it.
  private static final class Dead extends Error {
    Dead() {
      super("the process is dead", null, false, false);
    }
  }

  private static final class SimThread {
    private final SimEnv env;
    private final Semaphore turn = new Semaphore(0);
    private final Semaphore back = new Semaphore(0);
    private BooleanSupplier until = () -> true;
    private @Nullable Throwable escaped;
    private boolean over;

    SimThread(SimEnv env) {
      this.env = env;
    }

    private boolean canGoOn() {
      return !env.alive() || until.getAsBoolean();
    }
  }

  SimThreads() {}

  /// A thread of `env` that runs `body`, beginning behind the next event. What escapes it is thrown
  /// to whoever runs the simulation.
  public void start(SimEnv env, Runnable body) {
    var thread = new SimThread(env);
    threads.add(thread);
    env.loop().post(() -> {}); // there may be no other event
    Thread.ofVirtual()
        .name(env.node())
        .start(() -> {
          thread.turn.acquireUninterruptibly();
          try {
            if (env.alive()) {
              body.run();
            }
          } catch (Dead _) {
            // It is over.
          } catch (PowerCut _) {
            env.kill();
          } catch (Throwable failure) {
            thread.escaped = failure;
          }
          thread.over = true;
          thread.back.release();
        });
  }

  /// Called by a thread: waits so long.
  public void pause(SimEnv env, Duration duration) {
    var over = new boolean[1];
    var _ = env.loop().after(duration, () -> over[0] = true);
    await(env, () -> over[0]);
  }

  /// Called by a thread: waits until `done`, or is unwound if the process dies before.
  void await(SimEnv env, BooleanSupplier done) {
    var thread = running;
    Check.that(thread != null, "only a thread waits");
    if (thread == null || done.getAsBoolean()) {
      return;
    }
    thread.until = done;
    thread.back.release();
    thread.turn.acquireUninterruptibly();
    if (!done.getAsBoolean() && !env.alive()) {
      throw new Dead();
    }
  }

  /// Lets everybody go on who can, in the order in which they began.
  void goOn() {
    if (running != null || threads.isEmpty()) {
      return;
    }
    int next = 0;
    while (next < threads.size()) {
      var thread = threads.get(next);
      if (thread.canGoOn()) {
        run(thread);
      }
      next += thread.over ? 0 : 1;
    }
  }

  private void run(SimThread thread) {
    running = thread;
    thread.turn.release();
    thread.back.acquireUninterruptibly();
    running = null;
    if (thread.over) {
      threads.remove(thread);
    }
    switch (thread.escaped) {
      case null -> {}
      case RuntimeException failure -> throw failure;
      case Error failure -> throw failure;
      default -> throw new IllegalStateException("a thread failed", thread.escaped);
    }
  }

  /// Whether any is left.
  public boolean none() {
    return threads.isEmpty();
  }

  /// Unwinds those whose process is dead.
  public void bury() {
    while (threads.stream().anyMatch(thread -> !thread.env.alive())) {
      goOn();
    }
  }
}
