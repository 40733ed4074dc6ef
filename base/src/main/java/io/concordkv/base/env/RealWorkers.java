package io.concordkv.base.env;

import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// A small pool of daemon threads for each lane. A thread is made when its lane first gets work.
final class RealWorkers implements Workers {
  private static final Duration END_OF_WORK = Duration.ofSeconds(10);

  private final Consumer<Throwable> fatal;
  private final ThreadPoolExecutor log;
  private final ThreadPoolExecutor read;
  private final ThreadPoolExecutor background;
  private volatile boolean stopped;

  RealWorkers(String name, Consumer<Throwable> fatal) {
    this.fatal = fatal;
    log = pool(name + "-log", 1);
    read = pool(name + "-read", 2);
    background = pool(name + "-background", 2);
  }

  private static ThreadPoolExecutor pool(String name, int threads) {
    var factory = Thread.ofPlatform().daemon().name(name + "-", 1).factory();
    return new ThreadPoolExecutor(
        threads,
        threads,
        0,
        TimeUnit.SECONDS,
        new LinkedBlockingQueue<>(),
        factory,
        new ThreadPoolExecutor.DiscardPolicy());
  }

  @Override
  public <T> void run(Lane lane, Supplier<T> work, Scheduler home, Consumer<T> then) {
    var pool =
        switch (lane) {
          case LOG -> log;
          case READ -> read;
          case BACKGROUND -> background;
        };
    pool.execute(() -> run(pool, work, home, then));
  }

  private <T> void run(
      ThreadPoolExecutor pool, Supplier<T> work, Scheduler home, Consumer<T> then) {
    if (stopped) {
      return;
    }
    try {
      var result = work.get();
      // An idle loop need not be woken for it, unless there is more to do here.
      home.postAndHelp(() -> then.accept(result), () -> !pool.getQueue().isEmpty());
    } catch (Throwable escaped) {
      stopped = true;
      fatal.accept(escaped);
    }
  }

  /// Starts no further work.
  void halt() {
    stopped = true;
  }

  /// Starts no further work and gives the work under way time to end. No thread is interrupted:
  /// that would close the files it works on.
  void stop() {
    stopped = true;
    log.shutdown();
    read.shutdown();
    background.shutdown();
    try {
      await(log);
      await(read);
      await(background);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private static void await(ThreadPoolExecutor pool) throws InterruptedException {
    boolean _ = pool.awaitTermination(END_OF_WORK.toNanos(), TimeUnit.NANOSECONDS);
  }
}
