package io.concordkv.embedded;

import io.concordkv.base.ConcordException;
import io.concordkv.base.ErrorCode;
import io.concordkv.base.env.Env;
import io.concordkv.base.env.Workers.Lane;
import io.concordkv.embedded.StoreFile.Place;
import io.concordkv.storage.engine.WriteBatch;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The move of a store to another engine, while it is in use.
///
/// The file of the store names both engines all the time: the one that counts, and the other one,
/// of which nothing is kept at the next start. When both are equal, one replacement of that file
/// makes the other one count. So whenever it is interrupted, the store has all in one of them.
///
/// Owned by the store's loop.
final class Migration implements Copying.Host {
  /// What is asked for, and who is told what became of it: `done` or `failed`.
  ///
  /// @param progress is told now and then, on the loop
  record Order(
      String engine,
      Map<String, String> settings,
      Consumer<MigrationProgress> progress,
      Runnable done,
      Consumer<ConcordException> failed) {}

  /// The store that moves.
  interface Owner {
    /// What the file of the store says of it.
    long id();

    long sequence();

    /// From now on the store uses this one.
    void moveTo(Home next);

    /// Nothing of the migration is left.
    void ended();
  }

  private final Env env;
  private final Home old;
  private final Place place;
  private final Order order;
  private final Owner owner;
  private @Nullable Home next;
  private @Nullable Copying copying;
  private @Nullable ConcordException canceled;
  private boolean naming;
  private boolean leaving;

  Migration(Env env, Home old, Order order, Owner owner) {
    this.env = env;
    this.old = old;
    this.order = order;
    this.owner = owner;
    place = new Place(order.engine(), old.place.number() + 1);
  }

  /// No checkpoint may be under way.
  void begin() {
    var files = env.files();
    env.workers()
        .run(
            Lane.BACKGROUND,
            () -> {
              // The next engine would not know what is left of one.
              Checkpoint.discard(files, old);
              return files;
            },
            env.loop(),
            _ -> write(new StoreFile(owner.id(), old.place, place), this::open));
  }

  /// A commit was written to the engine that the store uses.
  void add(WriteBatch batch) {
    if (copying != null) {
      copying.add(batch);
    }
  }

  /// Whether no more commits should come for now.
  boolean stalled() {
    return naming || (copying != null && copying.full());
  }

  /// The log behind this commit is needed.
  long needsLogFrom() {
    return copying == null ? Long.MAX_VALUE : copying.needsLogFrom();
  }

  /// The store is about to close.
  void cancel() {
    canceled = new ConcordException(ErrorCode.CANCELED, "the store was closed on the way");
    if (copying != null) {
      copying.stop(canceled);
    }
  }

  /// Whether all that is left is to wait for those who still read from the engine that was left.
  boolean waitsForReaders() {
    return leaving;
  }

  /// The store lets go of its files.
  void letGo() {
    if (leaving) {
      old.engine.close();
    }
  }

  private void open() {
    if (canceled != null) {
      stopped(canceled);
      return;
    }
    try {
      var opened = Home.open(env, place, order.settings());
      next = opened;
      copying =
          new Copying(
              env,
              opened,
              old.engine.view(),
              owner.sequence(),
              old.engine.count(),
              order.progress(),
              this);
      copying.begin();
    } catch (ConcordException refused) {
      stopped(refused);
    }
  }

  @Override
  public void equal() {
    naming = true;
    env.reached("embedded/equal");
    write(new StoreFile(owner.id(), place, old.place), this::moved);
  }

  private void moved() {
    env.reached("embedded/moved");
    naming = false;
    copying = null;
    leaving = true;
    if (next != null) {
      owner.moveTo(next);
    }
    old.retire(() -> env.loop().post(this::leave));
    order.done().run();
  }

  private void leave() {
    leaving = false;
    old.engine.close();
    discard(old.place, new StoreFile(owner.id(), place, null), owner::ended);
  }

  @Override
  public void stopped(ConcordException why) {
    copying = null;
    if (next != null) {
      next.engine.close();
    }
    discard(
        place,
        new StoreFile(owner.id(), old.place, null),
        () -> {
          owner.ended();
          order.failed().accept(why);
        });
  }

  private void discard(Place left, StoreFile now, Runnable then) {
    var files = env.files();
    env.workers()
        .run(
            Lane.BACKGROUND,
            () -> {
              Home.discard(files, left);
              now.write(files, "");
              return now;
            },
            env.loop(),
            _ -> then.run());
  }

  private void write(StoreFile file, Runnable then) {
    var files = env.files();
    env.workers()
        .run(
            Lane.BACKGROUND,
            () -> {
              file.write(files, "");
              return file;
            },
            env.loop(),
            _ -> then.run());
  }
}
