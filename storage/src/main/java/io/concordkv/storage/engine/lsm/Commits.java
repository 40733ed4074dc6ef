package io.concordkv.storage.engine.lsm;

import io.concordkv.base.env.Env;
import io.concordkv.base.env.Workers;
import io.concordkv.storage.engine.lsm.manifest.Edit;
import io.concordkv.storage.engine.lsm.manifest.Manifest;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Changes of the manifest, one after the other: each is decided on the loop when its turn comes,
/// made durable by a worker, and then takes effect on the loop.
final class Commits {
  /// An edit on its way. Whoever comes first writes it, a worker or the loop.
  private static final class Commit {
    final Supplier<@Nullable Edit> prepare;
    final Runnable effect;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable Edit edit;
    private boolean durable;

    Commit(Supplier<@Nullable Edit> prepare, Runnable effect) {
      this.prepare = prepare;
      this.effect = effect;
    }

    boolean decide() {
      edit = prepare.get();
      return edit != null;
    }

    Commit write(Manifest manifest) {
      lock.lock();
      try {
        if (!durable) {
          manifest.append(Objects.requireNonNull(edit));
          durable = true;
        }
        return this;
      } finally {
        lock.unlock();
      }
    }
  }

  private final Env env;
  private final Manifest manifest;
  private final ArrayDeque<Commit> waiting = new ArrayDeque<>();
  private @Nullable Commit running;
  private boolean closed;

  Commits(Env env, Manifest manifest) {
    this.env = env;
    this.manifest = manifest;
  }

  /// `prepare` says what to change when its turn has come, or null if it has become pointless;
  /// `effect` runs when that is durable.
  void submit(Supplier<@Nullable Edit> prepare, Runnable effect) {
    waiting.addLast(new Commit(prepare, effect));
    startNext();
  }

  /// Runs `then` once those submitted so far have had their effect.
  void whenTold(Runnable then) {
    submit(
        () -> {
          then.run();
          return null;
        },
        () -> {});
  }

  /// Brings all of them to their end before it returns. Blocks.
  void drain() {
    while (running != null) {
      home(running.write(manifest));
    }
  }

  void close() {
    closed = true;
    manifest.close();
  }

  private void startNext() {
    while (running == null && !waiting.isEmpty()) {
      var next = waiting.removeFirst();
      if (next.decide()) {
        running = next;
        env.workers()
            .run(Workers.Lane.BACKGROUND, () -> next.write(manifest), env.loop(), this::home);
      }
    }
  }

  private void home(Commit done) {
    if (!closed && done == running) {
      running = null;
      done.effect.run();
      startNext();
    }
  }
}
