package io.concordkv.embedded;

import io.concordkv.base.Bytes;
import io.concordkv.base.env.Env;
import io.concordkv.base.env.FileException;
import io.concordkv.base.env.RealEnv;
import io.concordkv.embedded.Commit.Claims;
import io.concordkv.embedded.Commit.Outcome;
import io.concordkv.storage.engine.Cursor;
import io.concordkv.storage.engine.EngineMetrics;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.Order;
import io.concordkv.storage.engine.WriteBatch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// An ordered map of bytes in a directory, for one process and all its threads.
///
/// ```java
/// try (var db = ConcordDb.open(Path.of("data"), Options.DEFAULT)) {
///   db.put(Bytes.of("greeting"), Bytes.of("hello"));
///   db.transact(Isolation.SERIALIZABLE, tx -> {
///     tx.put(Bytes.of("copy"), tx.get(Bytes.of("greeting")));
///     return null;
///   });
///   try (var all = db.scan(KeyRange.ALL, Order.ASCENDING)) {
///     while (all.next()) {
///       System.out.println(all.key() + " = " + all.value());
///     }
///   }
/// }
/// ```
///
/// Whoever writes waits until the write counts as [Durability] says, and then every reader sees it.
/// Whoever reads sees the newest write that counts, takes no lock and waits for no writer. A write
/// that the disk refuses stops the store: from then on every call fails with a [StoppedException].
///
/// Transactions are optimistic or pessimistic ([Control]); [#transact] is both and fits most. One
/// that locks by itself, here to hand out a task once, however many ask at the same time:
///
/// ```java
/// try (var tx = db.begin(Isolation.SERIALIZABLE, Control.PESSIMISTIC)) {
///   try (var tasks = tx.scanForUpdate(KeyRange.prefix(Bytes.of("task/")), Order.ASCENDING)) {
///     if (tasks.next()) {
///       tx.delete(tasks.key());
///       tx.put(Bytes.of("mine"), tasks.value());
///     }
///   }
///   tx.commit();
/// }
/// ```
///
/// A write of what a transaction has locked waits for its end, and fails with a
/// [LockTimeoutException] when that takes longer than [LockOptions#timeout()]; nothing of it is
/// written then.
public final class ConcordDb implements AutoCloseable {
  private static final String LOCK = "LOCK";

  private final Options options;
  private final Ground ground;
  private final Env env;
  private final Store store;
  private final Calls calls;
  private final Published.Newest newest;
  private final LockCalls locks;
  private final AtomicInteger transactions;
  private final AtomicBoolean closing = new AtomicBoolean();

  /// Of transactions, in the order in which they began.
  private final AtomicLong numbers = new AtomicLong(Commit.NO_TRANSACTION);

  /// Held while a checkpoint is made, or the store moves: each has one place.
  private final ReentrantLock copying = new ReentrantLock();

  /// What it runs on.
  ///
  /// @param archive where the log is archived to
  /// @param stop ends the loop and the workers of `env`
  /// @param lock kept until all is closed
  record Ground(
      Env env, Path directory, @Nullable Folder archive, Runnable stop, AutoCloseable lock) {}

  ConcordDb(Options options, Ground ground, Store store, Calls calls, Readership readers) {
    this.options = options;
    this.ground = ground;
    this.store = store;
    this.calls = calls;
    env = ground.env;
    newest = readers.newest;
    transactions = readers.transactions;
    locks = new LockCalls(env.loop(), store, calls, newest);
  }

  /// Opens or makes the store in `directory`, which belongs to it alone, and brings back all that
  /// was acknowledged as durable. A [FileException] with [FileException.Kind#LOCKED] says that it
  /// is open already, here or in another process; a [io.concordkv.base.CorruptionError] what is
  /// damaged.
  public static ConcordDb open(Path directory, Options options) {
    var calls = new Calls();
    var readers = new Readership();
    var archive = options.backup().archiveFolder();
    var env =
        RealEnv.open(
            directory, "concord-db", escaped -> calls.end(StoppedException.failed(escaped)));
    AutoCloseable lock = null;
    boolean opened = false;
    try {
      lock = env.files().lock(LOCK);
      Store store =
          calls.ask(
              env.loop(),
              answer -> Calls.answer(answer, () -> Store.open(env, options, archive, readers)));
      opened = true;
      var ground = new Ground(env, directory, archive, env::close, lock);
      return new ConcordDb(options, ground, store, calls, readers);
    } finally {
      if (!opened) {
        env.close();
        if (lock != null) {
          unlock(lock);
        }
      }
    }
  }

  public @Nullable Bytes get(Bytes key) {
    var content = take();
    try {
      return content.view.get(key);
    } finally {
      content.release();
    }
  }

  public void put(Bytes key, Bytes value) {
    write(new WriteBatch().put(key, value));
  }

  /// Harmless if there is no such key.
  public void delete(Bytes key) {
    write(new WriteBatch().delete(key));
  }

  /// Deletes whatever is in `range`. Harmless if there is nothing. What it costs is said by
  /// [WriteBatch#deleteRange(KeyRange)].
  public void deleteRange(KeyRange range) {
    write(new WriteBatch().deleteRange(range));
  }

  /// Reads a value and writes what `change` makes of it, with nothing in between; null stands for
  /// no value. `change` may run several times. Returns the new value.
  public @Nullable Bytes update(Bytes key, UnaryOperator<@Nullable Bytes> change) {
    return this.<@Nullable Bytes>transact(Isolation.SNAPSHOT, tx -> tx.update(key, change));
  }

  /// All or nothing. The batch is the store's until this returns.
  public void write(WriteBatch batch) {
    if (!batch.changes().isEmpty()) {
      commit(batch, Claims.NONE, Commit.NO_TRANSACTION);
    }
  }

  void commit(WriteBatch batch, Claims claims, long transaction) {
    Outcome outcome =
        calls.ask(
            env.loop(),
            answer -> store.submit(new Commit(batch, claims, transaction, answer::complete)));
    outcome.orThrow();
  }

  LockCalls locks() {
    return locks;
  }

  /// The pairs of `range` in `order`, as they are now; to be closed.
  public Cursor scan(KeyRange range, Order order) {
    return HeldCursor.over(take(), range, order);
  }

  /// The pairs whose keys begin with `prefix`, ascending; to be closed.
  public Cursor prefix(Bytes prefix) {
    return scan(KeyRange.prefix(prefix), Order.ASCENDING);
  }

  /// How many pairs there are in `range`; walks over them unless the engine knows better.
  public long count(KeyRange range) {
    try (var snapshot = snapshot()) {
      return snapshot.count(range);
    }
  }

  /// This moment, to be read as long as one likes; to be closed.
  public Snapshot snapshot() {
    return new Snapshot(take());
  }

  /// Begins an optimistic transaction; to be committed or closed.
  public Transaction begin(Isolation isolation) {
    return begin(isolation, Control.OPTIMISTIC);
  }

  /// Begins a transaction; to be committed or closed.
  public Transaction begin(Isolation isolation, Control control) {
    return switch (control) {
      case OPTIMISTIC -> optimistic(isolation);
      case PESSIMISTIC -> pessimistic(isolation, numbers.incrementAndGet(), new TreeSet<>());
    };
  }

  private Transaction optimistic(Isolation isolation) {
    if (isolation == Isolation.READ_COMMITTED) {
      return new Transaction(new Optimistic(this, isolation, null));
    }
    // First this, then the view: what is committed behind the view is remembered then.
    transactions.incrementAndGet();
    boolean begun = false;
    try {
      var transaction = new Transaction(new Optimistic(this, isolation, take()));
      begun = true;
      return transaction;
    } finally {
      if (!begun) {
        ended();
      }
    }
  }

  private Transaction pessimistic(Isolation isolation, long number, NavigableSet<Bytes> expected) {
    calls.check();
    if (isolation == Isolation.SNAPSHOT) {
      transactions.incrementAndGet();
    }
    return new Transaction(new Pessimistic(this, isolation, number, expected));
  }

  void ended() {
    transactions.decrementAndGet();
  }

  int maxReads() {
    return options.recentKeys();
  }

  /// Runs `work` in a transaction and commits it; after a [ConflictException] again, as often as
  /// [Options#attempts()] allows. What else it throws ends it, with nothing written.
  ///
  /// The first attempt is optimistic. From the second on it is serializable and pessimistic, as old
  /// as the first one, and what it wrote before it locks as soon as it reads it. So only an older
  /// one can be in its way, for whose end it waits before it begins again, and it comes to its own
  /// end. Then `work` must not write past its transaction what the transaction has locked, nor wait
  /// for another thread that does: that ends with a [LockTimeoutException].
  public <T extends @Nullable Object> T transact(
      Isolation isolation, Function<Transaction, T> work) {
    long number = numbers.incrementAndGet();
    var written = new TreeSet<Bytes>();
    for (int attempt = 1; ; attempt++) {
      var transaction =
          attempt == 1
              ? optimistic(isolation)
              : pessimistic(Isolation.SERIALIZABLE, number, written);
      try (transaction) {
        var result = work.apply(transaction);
        transaction.commit();
        return result;
      } catch (ConflictException conflict) {
        if (attempt >= options.attempts()) {
          throw conflict;
        }
        written.addAll(transaction.written());
        if (conflict instanceof DeadlockException deadlock) {
          awaitEnd(deadlock.to());
        }
      }
    }
  }

  private void awaitEnd(long transaction) {
    this.<Boolean>run(answer -> store.awaitEnd(transaction, () -> answer.complete(true)));
  }

  /// Waits until all that was acknowledged is on the medium: what [Durability.Interval] does not do
  /// by itself.
  public void flush() {
    this.<Boolean>run(answer -> store.flush(() -> answer.complete(true)));
  }

  /// Starts to give back the room of what is superseded or deleted, in the background and beside
  /// all others: in `lsm` all comes to the deepest level, and value files lose what nobody uses.
  /// Returns at once; [#metrics()] tells how much there is still to do. Harmless at any time.
  public void compact() {
    this.<Boolean>run(answer -> {
      store.reclaim();
      answer.complete(true);
    });
  }

  /// What its engine tells of itself.
  public EngineMetrics metrics() {
    return calls.<EngineMetrics>ask(env.loop(), answer -> answer.complete(store.metrics()));
  }

  /// Copies all that is acknowledged to `target`, which must not exist, while others go on; later
  /// writes may be in it too. It appears when it is whole and opens as a store. It lies on the file
  /// system of this one; tables are shared with it by hard links. If the engine knows of damage,
  /// that is thrown, a `CorruptionError`, and there is no copy; so it is, for the engine `lsm`,
  /// with a [FileException] if the disk has no room for it.
  public void checkpoint(Path target) {
    copying.lock();
    try {
      if (Files.exists(target)) {
        throw new FileException(
            FileException.Kind.EXISTS, "make a checkpoint in", target.toString(), null);
      }
      this.<Boolean>run(
          answer -> store.checkpoint(() -> answer.complete(true), answer::completeExceptionally));
      var made = ground.directory.resolve(Checkpoint.DIRECTORY);
      Files.move(made, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException failed) {
      throw new FileException(
          FileException.Kind.FAILED, "move a checkpoint to", target.toString(), failed);
    } finally {
      copying.unlock();
    }
  }

  /// Makes a backup of all that is acknowledged in `target`, which must not exist; writes that come
  /// meanwhile may be in it too. Others go on reading and writing, and it reads no more bytes per
  /// second than [BackupOptions] allows. It counts from the moment on at which it is sealed; one
  /// that was cut off is begun again when it is made under the same name.
  ///
  /// It is a copy, and shares nothing with the store, which may lie on another file system. What is
  /// done with it is in [Backups].
  public BackupInfo backup(Path target, Consumer<BackupProgress> progress) {
    return backup(Backups.Place.of(target), null, progress);
  }

  /// As [#backup(Path, Consumer)], but only of what `base` lacks, an earlier backup of this store
  /// in the same parent directory, which it needs from then on. Of the engine `lsm` that are the
  /// files that are new, of another one the log since then if it is archived
  /// ([BackupOptions#archive()]), and if it is not, the files that have changed.
  public BackupInfo backup(Path target, Path base, Consumer<BackupProgress> progress) {
    var at = Backups.Place.of(target);
    return backup(at, at.sibling(base), progress);
  }

  BackupInfo backup(Backups.Place at, @Nullable String base, Consumer<BackupProgress> progress) {
    copying.lock();
    try {
      var source = new LiveSource(env, calls, store, newest);
      var pace = new Throttle(env, calls, options.backup().bytesPerSecond());
      return new BackupRun(env, options, ground.archive, source, at, pace, progress).run(base);
    } finally {
      copying.unlock();
    }
  }

  /// How far the archive of the log is; nothing if it is not archived.
  public Optional<ArchiveState> archiveState() {
    return calls.ask(env.loop(), answer -> answer.complete(store.history().state()));
  }

  /// Moves the store to another engine, or to the same with other settings, and returns when it is
  /// used. Everybody goes on reading and writing meanwhile; writes wait for it only at the very
  /// end, and when 64 MB of them are ahead of the copy. From then on the store is opened with that
  /// engine in its [Options].
  ///
  /// If it is interrupted, or fails, the store has all that it had, in the engine that it had; a
  /// [ConcordException] says what the other engine refused. One at a time.
  ///
  /// @param settings of the engine, by name
  /// @param progress is told now and then, by the store's own thread, which it must not hold up
  public void migrate(
      String engine, Map<String, String> settings, Consumer<MigrationProgress> progress) {
    copying.lock();
    try {
      this.<Boolean>run(answer ->
          store.migrate(
              new Migration.Order(
                  engine,
                  settings,
                  progress,
                  () -> answer.complete(true),
                  answer::completeExceptionally)));
    } finally {
      copying.unlock();
    }
  }

  /// Takes in prepared tables ([PreparedTable]), whose keys do not overlap, as one commit: newer
  /// than all that was written before, and visible all at once. None of it passes the log, and the
  /// files stay as they are. Returns when it is durable.
  ///
  /// Others go on meanwhile. Writes of keys in the ranges of the files wait while they come in, all
  /// writes for the end of it, and a transaction that has read before conflicts.
  ///
  /// If it fails nothing has changed: a [ConcordException] says that the engine takes in no tables
  /// (`lsm` does), or what is wrong with the files, a [io.concordkv.base.CorruptionError] what is
  /// damaged, a [LockTimeoutException] who has locked what is in them. One at a time. An archive of
  /// the log does not have it: to be restored it has to be in a backup made later.
  public void ingest(List<Path> tables) {
    copying.lock();
    try {
      Outcome outcome =
          calls.ask(
              env.loop(),
              answer ->
                  store.ingest(PreparedTable.order(tables, numbers.incrementAndGet(), answer)));
      outcome.orThrow();
    } finally {
      copying.unlock();
    }
  }

  private <T> void run(Consumer<CompletableFuture<T>> task) {
    var _ = calls.ask(env.loop(), task);
  }

  /// The newest content; to be let go.
  Published take() {
    calls.check();
    return newest.take();
  }

  /// Waits for the writes under way, makes all that was acknowledged durable and lets go of the
  /// directory. Where much is only in the log, the engine is saved first, so that the next opening
  /// is fast; that takes up to some seconds. Snapshots, cursors and transactions are closed before.
  /// Harmless if it is closed.
  @Override
  public void close() {
    if (!closing.compareAndSet(false, true)) {
      return;
    }
    try {
      settle();
    } catch (StoppedException _) {
      // It has failed: there is nothing more to be made durable, only to be let go.
    }
    ground.stop.run();
    newest.put(null);
    store.letGo();
    calls.end(StoppedException.closed());
    unlock(ground.lock);
  }

  /// Takes nothing more, and makes all that was acknowledged durable.
  void settle() {
    this.<Boolean>run(answer -> {
      newest.put(null);
      store.close(() -> answer.complete(true));
    });
  }

  private static void unlock(AutoCloseable lock) {
    try {
      lock.close();
    } catch (Exception failed) {
      throw new FileException(FileException.Kind.FAILED, "unlock", LOCK, failed);
    }
  }
}
