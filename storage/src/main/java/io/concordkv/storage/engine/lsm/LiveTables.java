package io.concordkv.storage.engine.lsm;

import io.concordkv.base.env.Env;
import io.concordkv.base.env.Workers;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// The levels that count now. Those that counted before stay for whoever reads them; when the last
/// one lets go, the files that no newer levels have are deleted. Belongs to the loop, but for
/// [#letGoFromAnywhere].
final class LiveTables {
  private final Env env;
  private final TableStore store;
  private Levels levels;

  LiveTables(Env env, TableStore store, Levels levels) {
    this.env = env;
    this.store = store;
    this.levels = levels;
  }

  Levels levels() {
    return levels;
  }

  /// From now on `next` counts.
  void use(Levels next) {
    var old = levels;
    levels = next;
    letGo(old);
  }

  void letGoFromAnywhere(Levels held) {
    if (held.release()) {
      env.loop().post(() -> retire(held));
    }
  }

  void letGo(Levels held) {
    if (held.release()) {
      retire(held);
    }
  }

  /// Nobody reads `gone` any more: closes the tables that were only in it, and deletes them, since
  /// only a table that the manifest has dropped is in no newer levels. The value files to which no
  /// other table refers go with them: a new table refers to an old value file only as long as an
  /// old one that does is held.
  private void retire(Levels gone) {
    for (var table : gone.all()) {
      if (table.release()) {
        var values = table.close();
        discard(() -> {
          store.delete(table.info());
          values.forEach(store::deleteValues);
        });
      }
    }
  }

  void discard(Runnable remove) {
    discard(remove, () -> {});
  }

  /// Removes something of the files in the background, unless the store is closed by then; then
  /// runs `done`.
  void discard(Runnable remove, Runnable done) {
    if (!store.isClosed()) {
      background(
          () -> {
            if (!store.isClosed()) {
              remove.run();
            }
            return true;
          },
          _ -> done.run());
    }
  }

  <T> void background(Supplier<T> work, Consumer<T> then) {
    env.workers().run(Workers.Lane.BACKGROUND, work, env.loop(), then);
  }
}
