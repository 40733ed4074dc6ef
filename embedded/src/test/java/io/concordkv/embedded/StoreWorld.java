package io.concordkv.embedded;

import io.concordkv.base.Bytes;
import io.concordkv.base.env.FileSystem;
import io.concordkv.embedded.Commit.Claims;
import io.concordkv.embedded.Commit.Outcome;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.Order;
import io.concordkv.storage.engine.View;
import io.concordkv.storage.engine.WriteBatch;
import io.concordkv.testkit.PowerCut;
import io.concordkv.testkit.SimDisk;
import io.concordkv.testkit.SimEnv;
import io.concordkv.testkit.Simulation;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A store on a simulated machine, and what should be in it after each of its commits.
final class StoreWorld implements Store.Audience {
  static final String BACKUPS = "backups";

  final Simulation simulation;
  final List<Throwable> failures = new ArrayList<>();

  /// The content after each number of commits; the index is the sequence.
  final List<TreeMap<Bytes, Bytes>> contents = new ArrayList<>();

  /// How the restore went that made it.
  final List<BackupProgress> progress = new ArrayList<>();

  private final Options options;
  private @Nullable SimEnv env;
  private @Nullable Store store;
  private @Nullable View view;
  private Runnable whenClosed = () -> {};
  long published;
  long acknowledged;

  StoreWorld(long seed, Options options) {
    this(new Simulation(seed), options);
  }

  StoreWorld(Simulation simulation, Options options) {
    this.simulation = simulation;
    this.options = options;
    contents.add(new TreeMap<>());
  }

  /// The same machine, its store opened in another way.
  StoreWorld with(Options others) {
    return new StoreWorld(simulation, others);
  }

  /// What a reader sees that does not let go yet.
  record Reader(View view, Runnable closed) {
    SortedMap<Bytes, Bytes> content() {
      return StoreWorld.content(view);
    }

    void close() {
      view.close();
      closed.run();
    }
  }

  Reader keepView() {
    var reader = new Reader(Objects.requireNonNull(view), whenClosed);
    view = null;
    return reader;
  }

  @Override
  public void publish(View next, long sequence, Runnable closed) {
    closeView();
    view = next;
    whenClosed = closed;
    published = sequence;
  }

  /// Nobody reads any more.
  void closeView() {
    if (view != null) {
      view.close();
      whenClosed.run();
      view = null;
    }
  }

  @Override
  public boolean hasTransactions() {
    return true;
  }

  FileSystem files() {
    return Objects.requireNonNull(env).files();
  }

  SimEnv env() {
    return Objects.requireNonNull(env);
  }

  SimDisk disk() {
    return simulation.disk("n");
  }

  Store store() {
    return Objects.requireNonNull(store);
  }

  boolean alive() {
    return env != null && env.alive();
  }

  /// Opens what is on the disk; false if it died on the way.
  boolean open(Consumer<SimDisk> plan) {
    var next = simulation.env("n", failures::add);
    env = next;
    view = null;
    plan.accept(disk());
    try {
      var archive = options.backup().archive();
      store = Store.open(next, options, archive == null ? null : folder(archive.toString()), this);
      return true;
    } catch (PowerCut _) {
      next.kill();
      return false;
    }
  }

  /// Hands over the next change, which is known to the list of contents.
  void submit(WriteBatch batch) {
    var next = new TreeMap<>(contents.getLast());
    for (var change : batch.changes()) {
      switch (change) {
        case WriteBatch.Change.Put(var key, var value) -> next.put(key, value);
        case WriteBatch.Change.Delete(var key) -> next.remove(key);
        case WriteBatch.Change.DeleteRange(var range) -> next.keySet().removeIf(range::contains);
      }
    }
    contents.add(next);
    submit(
        batch,
        Claims.NONE,
        outcome -> {
          if (outcome instanceof Outcome.Done(var sequence)) {
            acknowledged = sequence;
          }
        });
  }

  void submit(WriteBatch batch, Claims claims, Consumer<Outcome> reply) {
    submit(batch, claims, Commit.NO_TRANSACTION, reply);
  }

  void submit(WriteBatch batch, Claims claims, long transaction, Consumer<Outcome> reply) {
    store().submit(new Commit(batch, claims, transaction, reply));
  }

  void lock(long transaction, Wish wish, Consumer<Outcome> reply) {
    store().lock(new LockRequest(transaction, wish, Claims.NONE, reply));
  }

  /// Runs `task` on the store's loop after `delay`.
  void after(Duration delay, Runnable task) {
    var _ = Objects.requireNonNull(env).loop().after(delay, task);
  }

  void runFor(Duration duration) {
    simulation.runFor(duration);
  }

  /// A directory on the machine.
  Folder folder(String path) {
    return new Folder(Objects.requireNonNull(env).files(), path);
  }

  /// Makes the backup `name` in [#BACKUPS]; null if the machine died on the way.
  @Nullable BackupInfo backup(String name, @Nullable String base) {
    var archive = options.backup().archive();
    try {
      return new BackupRun(
              Objects.requireNonNull(env),
              options,
              archive == null ? null : folder(archive.toString()),
              new Source(),
              new Backups.Place(folder(BACKUPS), name),
              _ -> {},
              _ -> {})
          .run(base);
    } catch (PowerCut | Dead _) {
      Objects.requireNonNull(env).kill();
      for (var failure : failures) {
        throw new AssertionError("the machine failed", failure);
      }
      return null;
    }
  }

  private static final class Dead extends RuntimeException {}

  private final class Source implements BackupRun.Source {
    @Override
    public long published() {
      return published;
    }

    @Override
    public void checkpoint() {
      await(answer ->
          store()
              .checkpoint(
                  () -> store().flush(() -> answer.accept(true)),
                  refusal -> {
                    throw new AssertionError(refusal);
                  }));
    }

    @Override
    public Optional<String> archive() {
      return await(answer -> store().history().archiveAll(answer));
    }
  }

  private <T> T await(Consumer<Consumer<T>> task) {
    var answers = new ArrayList<T>();
    after(Duration.ZERO, () -> task.accept(answers::add));
    simulation.runUntil(() -> !answers.isEmpty() || !alive(), Duration.ofMinutes(1));
    if (answers.isEmpty()) {
      throw new Dead();
    }
    return answers.getFirst();
  }

  /// Makes a store on this machine, which has none, of what another one has; null if it died.
  @Nullable Restored restore(Restore restore, Consumer<SimDisk> plan) {
    var next = simulation.env("n", failures::add);
    env = next;
    try {
      Backups.clear(folder(""));
      plan.accept(disk());
      var done = new ArrayList<Restored>();
      restore.run(next, done::add);
      simulation.runUntil(() -> !done.isEmpty() || !alive(), Duration.ofMinutes(1));
      return done.isEmpty() ? null : done.getFirst();
    } catch (PowerCut _) {
      next.kill();
      return null;
    }
  }

  /// What there is after a restore of `backup` up to `until`, with the archive if there is one.
  StoreWorld restored(String backup, boolean withArchive, Until until) {
    var target = new StoreWorld(2, options.withBackup(BackupOptions.DEFAULT));
    var archive = withArchive ? options.backup().archive() : null;
    var restored =
        target.restore(
            new Restore(
                folder(BACKUPS),
                backup,
                archive == null ? null : Archive.of(folder(archive.toString())),
                until,
                target.progress::add),
            _ -> {});
    target.simulation.powerCut("n");
    target.open(_ -> {});
    if (restored == null || restored.commit() != target.published) {
      throw new AssertionError("restored to " + restored + ", opened at " + target.published);
    }
    return target;
  }

  /// The time of day on the machine.
  Instant wall() {
    return Objects.requireNonNull(env).clock().wall();
  }

  /// What readers see.
  SortedMap<Bytes, Bytes> content() {
    return content(Objects.requireNonNull(view));
  }

  private static SortedMap<Bytes, Bytes> content(View view) {
    var found = new TreeMap<Bytes, Bytes>();
    try (var cursor = view.scan(KeyRange.ALL, Order.ASCENDING)) {
      while (cursor.next()) {
        found.put(cursor.key(), cursor.value());
      }
    }
    return found;
  }
}
