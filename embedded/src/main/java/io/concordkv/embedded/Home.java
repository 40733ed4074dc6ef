package io.concordkv.embedded;

import io.concordkv.base.CorruptionError;
import io.concordkv.base.env.Env;
import io.concordkv.base.env.FileSystem;
import io.concordkv.embedded.StoreFile.Place;
import io.concordkv.storage.engine.Engine;
import io.concordkv.storage.engine.EngineProvider;
import io.concordkv.storage.engine.Engines;
import io.concordkv.storage.engine.Settings;
import io.concordkv.storage.engine.WriteBatch;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/// An engine and where it lies: where a store keeps its pairs, until it moves to another one.
///
/// Owned by the store's loop, but for the views that readers hold: whoever closes one says so here,
/// on any thread.
final class Home {
  final Place place;
  final Engine engine;
  private final EngineProvider provider;

  /// The store itself, and each view that it has published and is not closed.
  private final AtomicInteger holders = new AtomicInteger(1);

  /// Up to which commit a checkpoint of an engine in memory is in its place.
  private long kept;

  /// Runs when the last holder has gone. Set before the store lets go.
  private Runnable whenEmpty = () -> {};

  private Home(Place place, EngineProvider provider, Engine engine) {
    this.place = place;
    this.provider = provider;
    this.engine = engine;
    kept = engine.mark();
  }

  /// Fails if there is no such engine, or it cannot be set so.
  static void check(String engine, Map<String, String> settings) {
    var _ = Settings.parse(engine, Engines.installed().provider(engine).settings(), settings);
  }

  /// Opens or makes it. Blocks.
  static Home open(Env env, Place place, Map<String, String> settings) {
    var engines = Engines.installed();
    var provider = engines.provider(place.engine());
    env.files().createDirectories(place.directory());
    return new Home(
        place, provider, engines.open(env, place.engine(), place.directory(), settings));
  }

  /// Removes what there is at `place`, whole or not; harmless if there is nothing. Blocks.
  static void discard(FileSystem files, Place place) {
    discard(files, Engines.installed().provider(place.engine()), place.directory());
  }

  /// Removes what a store has beside the engine that counts. Blocks.
  static void discardOther(FileSystem files, StoreFile file) {
    if (file.other() != null) {
      discard(files, file.other());
      new StoreFile(file.id(), file.current(), null).write(files, "");
    }
  }

  private static void discard(FileSystem files, EngineProvider provider, String directory) {
    if (files.exists(directory)) {
      provider.destroy(files, directory);
      files.delete(directory);
    }
  }

  /// Removes what there is of a copy of this in `directory`. Blocks.
  void discardCopy(FileSystem files, String directory) {
    discard(files, provider, directory);
  }

  /// Writes the commits of a group of the log that the engine does not have already. Blocks.
  void replay(GroupRecord.Group group) {
    if (group.last() > engine.mark()) {
      group.read(this::replay);
    }
  }

  private void replay(WriteBatch batch) {
    if (batch.mark() <= engine.mark()) {
      return;
    }
    if (batch.mark() > engine.mark() + 1) {
      throw new CorruptionError(
          "the log goes on with commit "
              + batch.mark()
              + ", but the engine has them only up to "
              + engine.mark()
              + ". If tables were taken in as the commit between (ingest), the log does not have"
              + " them: use a copy of the store that was made later");
    }
    if (engine.stalled()) {
      engine.sync();
    }
    engine.write(batch);
  }

  /// Up to which commit no crash takes anything back.
  long saved() {
    return provider.durable() ? engine.durableMark() : kept;
  }

  /// Whether [#save] goes on in the background and says with [#saved()] how far it is.
  boolean savesByItself() {
    return provider.durable();
  }

  /// Starts to save all that was written so far. Runs `done` when that is so, if the engine does
  /// not do it by itself.
  void save(Runnable done) {
    if (provider.durable()) {
      engine.flush();
      return;
    }
    long at = engine.mark();
    engine.checkpoint(
        place.directory(),
        () -> {
          kept = at;
          done.run();
        });
  }

  /// Saves all that was written so far and runs `done`. Blocks where the engine does not do it by
  /// itself in the background.
  void saveNow(Runnable done) {
    if (provider.durable()) {
      engine.sync();
      done.run();
    } else {
      save(done);
    }
  }

  /// Saves the content that the engine was just given as a whole, and runs `done`.
  void saveFirst(Runnable done) {
    if (provider.durable()) {
      done.run(); // it came in durably
    } else {
      save(done);
    }
  }

  /// One more view is handed out.
  void hold() {
    holders.incrementAndGet();
  }

  /// A view is closed.
  void letGo() {
    if (holders.decrementAndGet() == 0) {
      whenEmpty.run();
    }
  }

  /// The store does not use it any more. Runs `then`, on any thread, once nobody does.
  void retire(Runnable then) {
    whenEmpty = then;
    letGo();
  }
}
