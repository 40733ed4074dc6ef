package io.concordkv.embedded;

import io.concordkv.base.CorruptionError;
import io.concordkv.base.env.Env;
import io.concordkv.base.env.FileSystem;
import io.concordkv.base.env.Workers.Lane;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/// A copy of a store in the making, which opens as a store when it is whole.
final class Checkpoint {
  static final String DIRECTORY = "checkpoint.new";

  private final Env env;
  private final Home home;
  private final BooleanSupplier closing;
  private final Runnable done;
  private final Consumer<CorruptionError> refused;

  /// @param done runs when it is whole
  /// @param refused is told what the engine knows of damage, which would be in the copy, too
  Checkpoint(
      Env env,
      Home home,
      BooleanSupplier closing,
      Runnable done,
      Consumer<CorruptionError> refused) {
    this.env = env;
    this.home = home;
    this.closing = closing;
    this.done = done;
    this.refused = refused;
  }

  void begin() {
    var damage = home.engine.damage();
    if (damage != null) {
      refused.accept(damage);
      return;
    }
    var files = env.files();
    env.workers()
        .run(
            Lane.BACKGROUND,
            () -> {
              discard(files, home);
              files.createDirectories(DIRECTORY);
              return files;
            },
            env.loop(),
            _ -> {
              if (!closing.getAsBoolean()) {
                home.engine.checkpoint(DIRECTORY + "/" + Store.ENGINE, this::seal);
              }
            });
  }

  private void seal() {
    env.workers()
        .run(
            Lane.BACKGROUND,
            () -> StoreFile.ensure(env, DIRECTORY + "/", home.place.engine()),
            env.loop(),
            _ -> done.run());
  }

  /// Removes what an earlier one of the same engine left behind that did not come to its end.
  /// Blocks.
  static void discard(FileSystem files, Home home) {
    if (files.exists(DIRECTORY)) {
      home.discardCopy(files, DIRECTORY + "/" + Store.ENGINE);
      files.list(DIRECTORY).forEach(name -> files.delete(DIRECTORY + "/" + name));
      files.delete(DIRECTORY);
    }
  }

  /// Removes one that nobody needs any more. Blocks.
  static void discard(Folder copy) {
    copy.in(Store.ENGINE).remove();
    copy.remove();
  }
}
