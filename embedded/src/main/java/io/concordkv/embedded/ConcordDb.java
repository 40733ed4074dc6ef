package io.concordkv.embedded;

import io.concordkv.base.Bytes;
import io.concordkv.base.env.FileException;
import io.concordkv.base.env.RealEnv;
import io.concordkv.embedded.Commit.Claims;
import io.concordkv.embedded.Commit.Outcome;
import io.concordkv.storage.engine.Cursor;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.Order;
import io.concordkv.storage.engine.View;
import io.concordkv.storage.engine.WriteBatch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
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
public final class ConcordDb implements AutoCloseable {
  private static final String LOCK = "LOCK";

  private final Options options;
  private final Path directory;
  private final RealEnv env;
  private final AutoCloseable lock;
  private final Store store;
  private final Calls calls;
  private final Published.Newest newest;
  private final AtomicInteger transactions;
  private final AtomicBoolean closing = new AtomicBoolean();

  /// Its write lock is held by a transaction that tries again, its read lock by every commit. So
  /// nobody gets in the way of one that has lost. Fair, so that who waits for it gets it.
  private final ReentrantReadWriteLock turn = new ReentrantReadWriteLock(true);

  /// Held while a checkpoint is made: all are built at the same place.
  private final ReentrantLock copying = new ReentrantLock();

  private ConcordDb(
      Options options,
      Path directory,
      RealEnv env,
      AutoCloseable lock,
      Store store,
      Calls calls,
      Published.Newest newest,
      AtomicInteger transactions) {
    this.options = options;
    this.directory = directory;
    this.env = env;
    this.lock = lock;
    this.store = store;
    this.calls = calls;
    this.newest = newest;
    this.transactions = transactions;
  }

  /// Opens or makes the store in `directory`, which belongs to it alone, and brings back all that
  /// was acknowledged as durable. A [FileException] with [FileException.Kind#LOCKED] says that it
  /// is open already, here or in another process; a [io.concordkv.base.CorruptionError] what is
  /// damaged.
  public static ConcordDb open(Path directory, Options options) {
    var calls = new Calls();
    var newest = new Published.Newest();
    var transactions = new AtomicInteger();
    var audience =
        new Store.Audience() {
          @Override
          public void publish(View view, long sequence) {
            newest.put(new Published(view, sequence));
          }

          @Override
          public boolean hasTransactions() {
            return transactions.get() > 0;
          }
        };
    var env =
        RealEnv.open(
            directory, "concord-db", escaped -> calls.end(StoppedException.failed(escaped)));
    AutoCloseable lock = null;
    boolean opened = false;
    try {
      lock = env.files().lock(LOCK);
      Store store =
          calls.ask(env.loop(), answer -> answer(answer, () -> Store.open(env, options, audience)));
      opened = true;
      return new ConcordDb(options, directory, env, lock, store, calls, newest, transactions);
    } finally {
      if (!opened) {
        env.close();
        if (lock != null) {
          unlock(lock);
        }
      }
    }
  }

  private interface Work<T> {
    T run();
  }

  /// What fails while a store is opened is the caller's to know, and no failure of one that runs.
  private static <T> void answer(CompletableFuture<T> answer, Work<T> work) {
    try {
      answer.complete(work.run());
    } catch (RuntimeException | Error failed) {
      answer.completeExceptionally(failed);
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

  /// Reads a value and writes what `change` makes of it, with nothing in between; null stands for
  /// no value. `change` may run several times. Returns the new value.
  public @Nullable Bytes update(Bytes key, UnaryOperator<@Nullable Bytes> change) {
    return this.<@Nullable Bytes>transact(Isolation.SNAPSHOT, tx -> tx.update(key, change));
  }

  /// All or nothing. The batch is the store's until this returns.
  public void write(WriteBatch batch) {
    if (!batch.changes().isEmpty()) {
      commit(batch, Claims.NONE);
    }
  }

  void commit(WriteBatch batch, Claims claims) {
    Outcome outcome;
    turn.readLock().lock();
    try {
      outcome =
          calls.ask(
              env.loop(), answer -> store.submit(new Commit(batch, claims, answer::complete)));
    } finally {
      turn.readLock().unlock();
    }
    switch (outcome) {
      case Outcome.Done _ -> {}
      case Outcome.Conflicted(var why) -> throw new ConflictException(why);
      case Outcome.Refused(var why) -> throw why;
      case Outcome.Late _ -> throw StoppedException.closed();
    }
  }

  /// The pairs of `range` in `order`, as they are now; to be closed.
  public Cursor scan(KeyRange range, Order order) {
    var content = take();
    return new HeldCursor(content.view.scan(range, order), content::release);
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

  /// Begins a transaction; to be committed or closed.
  public Transaction begin(Isolation isolation) {
    if (isolation == Isolation.READ_COMMITTED) {
      return new Transaction(this, isolation, null);
    }
    // First this, then the view: what is committed behind the view is remembered then.
    transactions.incrementAndGet();
    boolean begun = false;
    try {
      var transaction = new Transaction(this, isolation, take());
      begun = true;
      return transaction;
    } finally {
      if (!begun) {
        ended();
      }
    }
  }

  void ended() {
    transactions.decrementAndGet();
  }

  int maxReads() {
    return options.recentKeys();
  }

  /// Runs `work` in a transaction and commits it; after a [ConflictException] again, as often as
  /// [Options#attempts()] allows. While one tries again, nobody else writes, so `work` must not
  /// wait for another thread's write. What else it throws ends it, with nothing written.
  public <T extends @Nullable Object> T transact(
      Isolation isolation, Function<Transaction, T> work) {
    boolean hasTurn = false;
    try {
      for (int attempt = 1; ; attempt++) {
        try (var transaction = begin(isolation)) {
          var result = work.apply(transaction);
          transaction.commit();
          return result;
        } catch (ConflictException conflict) {
          if (attempt >= options.attempts()) {
            throw conflict;
          }
        }
        if (!hasTurn) {
          turn.writeLock().lock();
          hasTurn = true;
        }
      }
    } finally {
      if (hasTurn) {
        turn.writeLock().unlock();
      }
    }
  }

  /// Waits until all that was acknowledged is on the medium: what [Durability.Interval] does not do
  /// by itself.
  public void flush() {
    this.<Boolean>run(answer -> store.flush(() -> answer.complete(true)));
  }

  /// Copies all that is acknowledged to `target`, which must not exist, while others go on; writes
  /// that come meanwhile may be in it too. It appears when it is whole and opens as a store. It
  /// lies on the file system of this one; tables that never change are shared with it by hard
  /// links.
  public void checkpoint(Path target) {
    copying.lock();
    try {
      if (Files.exists(target)) {
        throw new FileException(
            FileException.Kind.EXISTS, "make a checkpoint in", target.toString(), null);
      }
      this.<Boolean>run(answer -> store.checkpoint(() -> answer.complete(true)));
      Files.move(directory.resolve(Store.CHECKPOINT), target, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException failed) {
      throw new FileException(
          FileException.Kind.FAILED, "move a checkpoint to", target.toString(), failed);
    } finally {
      copying.unlock();
    }
  }

  private <T> void run(Consumer<CompletableFuture<T>> task) {
    var _ = calls.ask(env.loop(), task);
  }

  private Published take() {
    calls.check();
    return newest.take();
  }

  /// Waits for the writes under way, makes all that was acknowledged durable and lets go of the
  /// directory. Snapshots, cursors and transactions are closed before. Harmless if it is closed.
  @Override
  public void close() {
    if (!closing.compareAndSet(false, true)) {
      return;
    }
    boolean failed = false;
    try {
      this.<Boolean>run(answer -> {
        newest.put(null);
        store.close(() -> answer.complete(true));
      });
    } catch (StoppedException _) {
      // It has failed: there is nothing more to be made durable, only to be let go.
      failed = true;
    }
    env.close();
    if (failed) {
      newest.put(null);
      store.letGo();
    }
    calls.end(StoppedException.closed());
    unlock(lock);
  }

  private static void unlock(AutoCloseable lock) {
    try {
      lock.close();
    } catch (Exception failed) {
      throw new FileException(FileException.Kind.FAILED, "unlock", LOCK, failed);
    }
  }
}
