package io.concordkv.node.shard;

import io.concordkv.base.env.Env;
import io.concordkv.base.env.Workers.Lane;
import io.concordkv.mvcc.MvccStore;
import io.concordkv.storage.engine.Engine;
import io.concordkv.storage.engine.WriteBatch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Deletes, step by step and with pauses, what compaction made unreadable. Purely local: how far it
/// has come differs between replicas and shows in no answer.
final class Purger {
  private static final Duration PAUSE = Duration.ofMillis(10);

  private final Env env;
  private final Engine engine;
  private final MvccStore store;
  private final List<Runnable> waiting = new ArrayList<>();
  private boolean running;
  private boolean suspended;
  private boolean closed;

  Purger(Env env, Engine engine, MvccStore store) {
    this.env = env;
    this.engine = engine;
    this.store = store;
  }

  /// There may be something to delete.
  void wake() {
    if (!running && !suspended && !closed) {
      running = true;
      step();
    }
  }

  /// Runs `then` once nothing is left to delete.
  void whenClean(Runnable then) {
    waiting.add(then);
    wake();
  }

  /// Between this and [#resume()] nothing is written: the engine's content is being replaced.
  void suspend() {
    suspended = true;
  }

  void resume() {
    suspended = false;
    wake();
  }

  void close() {
    closed = true;
  }

  private void step() {
    var find = closed || suspended ? null : store.purge();
    if (find == null) {
      running = false;
      if (!suspended) {
        var clean = List.copyOf(waiting);
        waiting.clear();
        clean.forEach(Runnable::run);
      }
      return;
    }
    env.workers()
        .run(
            Lane.BACKGROUND,
            find,
            env.loop(),
            found -> {
              if (!closed && !suspended) {
                var batch = new WriteBatch();
                store.purged(found, batch);
                engine.write(batch);
              }
              var _ = env.loop().after(PAUSE, this::step);
            });
  }
}
