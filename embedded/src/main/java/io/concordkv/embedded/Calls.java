package io.concordkv.embedded;

import io.concordkv.base.env.Scheduler;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The way from any thread to the loop and back: a task is posted, and the caller waits for its
/// answer, or, while the loop is idle, runs it itself. Once the store has stopped, everybody who
/// waits or comes is told why.
///
/// A caller whose answer is not there at once enters its future and then looks whether all is over;
/// who ends it first says so and then looks who is entered. So nobody is missed, whichever comes
/// first.
final class Calls {
  private final ConcurrentHashMap<Long, CompletableFuture<?>> open = new ConcurrentHashMap<>();
  private final AtomicLong numbers = new AtomicLong();
  private final AtomicReference<@Nullable StoppedException> over = new AtomicReference<>();

  /// Runs `task` on `loop` and waits for what it answers, there or later. An interrupt does not end
  /// the waiting, since what was begun cannot be taken back; it is kept for the caller.
  <T> T ask(Scheduler loop, Consumer<CompletableFuture<T>> task) {
    check();
    var answer = new CompletableFuture<T>();
    loop.postAndHelp(() -> task.accept(answer), answer::isDone);
    try {
      return answer.isDone() ? answer.join() : await(answer);
    } catch (CompletionException failed) {
      switch (failed.getCause()) {
        case RuntimeException why -> throw why;
        case Error why -> throw why;
        case null, default -> throw failed;
      }
    }
  }

  private <T> T await(CompletableFuture<T> answer) {
    long number = numbers.incrementAndGet();
    open.put(number, answer);
    try {
      var why = over.get();
      if (why != null) {
        answer.completeExceptionally(why);
      }
      return answer.join();
    } finally {
      open.remove(number);
    }
  }

  /// Fails if the store has stopped.
  void check() {
    var why = over.get();
    if (why != null) {
      throw why;
    }
  }

  /// Nothing is answered any more. The first reason stays.
  void end(StoppedException why) {
    var first = over.compareAndSet(null, why) ? why : over.get();
    for (var answer : open.values()) {
      answer.completeExceptionally(first);
    }
  }

  /// Answers with what `work` makes. What fails in it is the caller's to know, and no failure of
  /// the loop.
  static <T> void answer(CompletableFuture<T> answer, Supplier<T> work) {
    try {
      answer.complete(work.get());
    } catch (RuntimeException | Error failed) {
      answer.completeExceptionally(failed);
    }
  }
}
