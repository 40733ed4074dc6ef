package io.concordkv.embedded;

import io.concordkv.base.env.Env;
import io.concordkv.base.env.FileException;
import io.concordkv.base.env.FileSystem;
import io.concordkv.base.env.Workers.Lane;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/// A copy of a store in the making, which opens as a store when it is whole.
final class Checkpoint {
  static final String DIRECTORY = "checkpoint.new";

  private final Env env;
  private final Home home;
  private final BooleanSupplier closing;
  private final Runnable done;
  private final Consumer<Throwable> refused;

  /// @param done runs when it is whole
  /// @param refused is told what the engine knows of damage, which would be in the copy, too, or
  ///   that there is no room for it
  Checkpoint(
      Env env, Home home, BooleanSupplier closing, Runnable done, Consumer<Throwable> refused) {
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
    work(
        () -> {
          discard(env.files(), home);
          env.files().createDirectories(DIRECTORY);
        },
        this::copy);
  }

  private void copy() {
    if (!closing.getAsBoolean()) {
      home.engine.checkpoint(DIRECTORY + "/" + Store.ENGINE, this::seal, refused::accept);
    }
  }

  private void seal() {
    work(() -> StoreFile.ensure(env, DIRECTORY + "/", home.place.engine()), done);
  }

  /// What a disk without room leaves of it the next one removes.
  private void work(Runnable job, Runnable then) {
    env.workers()
        .run(
            Lane.BACKGROUND,
            () -> whyFull(job),
            env.loop(),
            full -> full.ifPresentOrElse(refused, then));
  }

  private static Optional<FileException> whyFull(Runnable job) {
    try {
      job.run();
      return Optional.empty();
    } catch (FileException failed) {
      if (failed.kind() == FileException.Kind.NO_SPACE) {
        return Optional.of(failed);
      }
      throw failed;
    }
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
