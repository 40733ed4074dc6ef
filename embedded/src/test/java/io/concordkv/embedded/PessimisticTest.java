package io.concordkv.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordkv.base.Bytes;
import io.concordkv.base.ConcordException;
import io.concordkv.base.ErrorCode;
import io.concordkv.storage.engine.Cursor;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.Order;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What is locked at each level shows by who has to wait. Where one thread does all, it waits in
/// vain for itself.
final class PessimisticTest {
  private static final Bytes X = Bytes.of("x");
  private static final Bytes Y = Bytes.of("y");
  private static final Bytes ONE = Bytes.of("1");
  private static final Bytes TWO = Bytes.of("2");
  private static final LockOptions IMPATIENT =
      LockOptions.DEFAULT.withTimeout(Duration.ofMillis(5));

  private static final LockOptions PATIENT = IMPATIENT.withTimeout(Duration.ofMinutes(1));

  @TempDir Path directory;
  private ConcordDb db;

  @BeforeEach
  void open() {
    db = open(IMPATIENT);
  }

  private ConcordDb open(LockOptions locks) {
    var options = Options.DEFAULT.withEngine("redblack").withLog(1 << 20, 256 << 10);
    return ConcordDb.open(directory.resolve("db"), options.withLocks(locks));
  }

  private void reopen(LockOptions locks) {
    db.close();
    db = open(locks);
  }

  @AfterEach
  void close() {
    db.close();
  }

  private Transaction begin(Isolation isolation) {
    return db.begin(isolation, Control.PESSIMISTIC);
  }

  @ParameterizedTest
  @EnumSource
  void a_range_that_was_deleted_is_locked_until_the_end(Isolation isolation) {
    db.put(X, ONE);
    try (var tx = begin(isolation)) {
      tx.deleteRange(new KeyRange(Bytes.of("w"), Bytes.of("z")));
      tx.put(Y, TWO);
      assertThat(tx.get(X)).isNull();
      assertThat(db.get(X)).isEqualTo(ONE);
      assertThatThrownBy(() -> db.put(Bytes.of("xyz"), TWO))
          .isInstanceOf(LockTimeoutException.class);
      assertThatThrownBy(() -> db.deleteRange(KeyRange.ALL))
          .isInstanceOf(LockTimeoutException.class)
          .hasMessageContaining("all keys from '' on");
      tx.commit();
    }
    assertThat(db.get(X)).isNull();
    assertThat(db.get(Y)).isEqualTo(TWO);
    try (var tx = begin(isolation)) {
      tx.put(Y, ONE);
      assertThatThrownBy(() -> db.deleteRange(KeyRange.prefix(Y)))
          .isInstanceOf(LockTimeoutException.class);
    }
    db.deleteRange(KeyRange.prefix(Y));
    assertThat(db.get(Y)).isNull();
  }

  @ParameterizedTest
  @EnumSource
  void what_was_written_is_locked_until_the_end(Isolation isolation) {
    try (var tx = begin(isolation)) {
      tx.put(X, ONE);
      tx.delete(Y);
      assertThat(tx.get(X)).isEqualTo(ONE);
      assertThat(db.get(X)).isNull();
      assertThatThrownBy(() -> db.put(X, TWO))
          .isInstanceOf(LockTimeoutException.class)
          .hasMessageContaining("a write waits for x, that is for transaction 1");
      assertThatThrownBy(() -> db.put(Y, TWO)).isInstanceOf(LockTimeoutException.class);
      tx.commit();
    }
    assertThat(db.get(X)).isEqualTo(ONE);
    db.put(X, TWO);
    try (var tx = begin(isolation)) {
      tx.put(X, ONE);
    }
    db.put(Y, TWO);
    assertThat(db.get(X)).isEqualTo(TWO);
  }

  @ParameterizedTest
  @EnumSource
  void what_is_read_is_locked_by_serializable_only(Isolation isolation) {
    db.put(X, ONE);
    try (var tx = begin(isolation)) {
      assertThat(tx.get(X)).isEqualTo(ONE);
      boolean locked = isLocked(X);
      assertThat(locked).isEqualTo(isolation == Isolation.SERIALIZABLE);
      assertThat(tx.get(X)).isEqualTo(isolation == Isolation.READ_COMMITTED ? TWO : ONE);
    }
  }

  @ParameterizedTest
  @EnumSource
  void what_is_read_for_an_update_is_locked_by_all(Isolation isolation) {
    db.put(X, ONE);
    try (var tx = begin(isolation)) {
      assertThat(tx.getForUpdate(X)).isEqualTo(ONE);
      assertThat(isLocked(X)).isTrue();
      assertThat(isLocked(Y)).isFalse();
      assertThat(keys(tx.scanForUpdate(KeyRange.prefix(Y), Order.ASCENDING)))
          .isEqualTo(isolation == Isolation.SNAPSHOT ? List.of() : List.of("y"));
      tx.commit();
    } catch (ConflictException conflict) {
      assertThat(isolation).isEqualTo(Isolation.SNAPSHOT);
      assertThat(conflict).hasMessageContaining("has written y, in a range");
    }
  }

  @ParameterizedTest
  @EnumSource
  void a_phantom_is_kept_out_of_what_serializable_scans(Isolation isolation) {
    try (var tx = begin(isolation)) {
      assertThat(keys(tx.scan(KeyRange.prefix(X), Order.DESCENDING))).isEmpty();
      assertThat(isLocked(Bytes.of("x1"))).isEqualTo(isolation == Isolation.SERIALIZABLE);
      assertThat(isLocked(Y)).isFalse();
      tx.put(Bytes.of("x2"), ONE);
      assertThat(keys(tx.scan(KeyRange.prefix(X), Order.DESCENDING)))
          .isEqualTo(isolation == Isolation.READ_COMMITTED ? List.of("x2", "x1") : List.of("x2"));
    }
  }

  private boolean isLocked(Bytes key) {
    try {
      db.put(key, TWO);
      return false;
    } catch (LockTimeoutException _) {
      return true;
    }
  }

  @Test
  void a_snapshot_conflicts_when_it_locks_and_sees_one_moment_from_its_first_lock_on() {
    try (var tx = begin(Isolation.SNAPSHOT)) {
      db.put(X, ONE);
      assertThat(tx.getForUpdate(X)).isEqualTo(ONE);
      db.put(Y, ONE);
      assertThat(tx.get(Y)).isNull();
      assertThatThrownBy(() -> tx.put(Y, TWO))
          .isInstanceOf(ConflictException.class)
          .hasMessage("another transaction has written y first");
      tx.put(X, TWO);
      tx.commit();
    }
    assertThat(db.get(X)).isEqualTo(TWO);
    assertThat(db.get(Y)).isEqualTo(ONE);
  }

  @Test
  void what_an_optimistic_one_reads_for_an_update_is_claimed_by_its_commit() {
    try (var one = db.begin(Isolation.SNAPSHOT);
        var other = db.begin(Isolation.SNAPSHOT)) {
      assertThat(one.getForUpdate(X)).isNull();
      assertThat(keys(other.scanForUpdate(KeyRange.prefix(Y), Order.ASCENDING))).isEmpty();
      one.put(Y, ONE);
      other.put(X, ONE);
      one.commit();
      assertThatThrownBy(other::commit).isInstanceOf(ConflictException.class);
    }
    try (var committed = db.begin(Isolation.READ_COMMITTED)) {
      assertThatThrownBy(() -> committed.getForUpdate(X))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("begin a pessimistic one");
    }
  }

  @Test
  void a_writer_goes_on_when_the_lock_is_let_go() throws Exception {
    reopen(PATIENT);
    try (var threads = Executors.newSingleThreadExecutor();
        var tx = begin(Isolation.SERIALIZABLE)) {
      tx.update(X, old -> old == null ? ONE : TWO);
      var other = threads.submit(() -> db.update(X, old -> Bytes.of(old + "+")));
      assertThat(failure(other, 50)).isInstanceOf(TimeoutException.class);
      tx.commit();
      assertThat(failure(other, 60_000)).isNull();
      assertThat(db.get(X)).isEqualTo(Bytes.of("1+"));
    }
  }

  @ParameterizedTest
  @EnumSource
  void of_two_threads_that_wait_for_each_other_the_older_goes_on(Deadlocks rule) throws Exception {
    reopen(PATIENT.withDeadlocks(rule));
    try (var threads = Executors.newSingleThreadExecutor();
        var older = begin(Isolation.SERIALIZABLE);
        var younger = begin(Isolation.SERIALIZABLE)) {
      older.put(X, ONE);
      younger.put(Y, TWO);
      var wait =
          threads.submit(() -> {
            older.put(Y, ONE);
            older.commit();
          });
      assertThatThrownBy(
              () -> {
                younger.put(X, TWO);
                younger.commit();
              })
          .isInstanceOfSatisfying(
              DeadlockException.class, lost -> assertThat(lost.to()).isEqualTo(1));
      assertThat(failure(wait, 60_000)).isNull();
      assertThatThrownBy(() -> younger.get(Bytes.of("z"))).isInstanceOf(DeadlockException.class);
    }
    assertThat(db.get(X)).isEqualTo(ONE);
    assertThat(db.get(Y)).isEqualTo(ONE);
  }

  private static @Nullable Throwable failure(Future<?> work, int millis) {
    try {
      var _ = work.get(millis, TimeUnit.MILLISECONDS);
      return null;
    } catch (ExecutionException failed) {
      return failed.getCause();
    } catch (InterruptedException | TimeoutException failed) {
      return failed;
    }
  }

  @ParameterizedTest
  @EnumSource
  void all_get_through_where_everybody_wants_everything(Deadlocks rule) throws Exception {
    reopen(PATIENT.withDeadlocks(rule));
    int threads = 6;
    int each = 30;
    var keys = List.of(X, Y, Bytes.of("z"));
    try (var pool = Executors.newFixedThreadPool(threads)) {
      var parts = new ArrayList<Callable<Boolean>>();
      for (int i = 0; i < threads; i++) {
        int thread = i;
        parts.add(() -> {
          for (int j = 0; j < each; j++) {
            int first = thread + j;
            db.transact(
                Isolation.SERIALIZABLE,
                tx -> {
                  for (int k = 0; k < 3; k++) {
                    var key = keys.get((thread % 2 == 0 ? first + k : first + 3 - k) % 3);
                    var old = tx.get(key);
                    tx.put(
                        key, Bytes.of("" + (Integer.parseInt(old == null ? "0" : "" + old) + 1)));
                  }
                  return true;
                });
            db.delete(Bytes.of("z" + j));
          }
          return true;
        });
      }
      for (var done : pool.invokeAll(parts)) {
        assertThat(failure(done, 60_000)).isNull();
      }
    }
    for (var key : keys) {
      assertThat(db.get(key)).isEqualTo(Bytes.of("" + threads * each));
    }
  }

  @Test
  void too_many_locks_are_refused_and_options_are_checked() {
    reopen(IMPATIENT.withLimits(2, 3));
    try (var tx = begin(Isolation.SERIALIZABLE)) {
      tx.put(X, ONE);
      assertThat(tx.get(Y)).isNull();
      assertThatThrownBy(() -> tx.get(Bytes.of("z")))
          .isInstanceOfSatisfying(
              ConcordException.class,
              full -> assertThat(full.code()).isEqualTo(ErrorCode.TOO_MANY_OPERATIONS));
      tx.commit();
    }
    assertThat(db.get(X)).isEqualTo(ONE);
    assertThatThrownBy(() -> IMPATIENT.withTimeout(Duration.ZERO))
        .hasMessage("a lock timeout is 1 ms to 1 h, not PT0S");
    assertThatThrownBy(() -> IMPATIENT.withLimits(0, 1))
        .isInstanceOf(ConcordException.class)
        .hasMessage("locks-of-one is 1 to 100000000, not 0");
  }

  @Test
  void with_a_closed_store_nothing_is_locked() {
    var tx = begin(Isolation.SERIALIZABLE);
    tx.put(X, ONE);
    db.close();
    assertThatThrownBy(() -> tx.put(Y, ONE)).isInstanceOf(StoppedException.class);
    assertThatThrownBy(tx::commit).isInstanceOf(StoppedException.class);
    tx.close();
    assertThatThrownBy(() -> begin(Isolation.SNAPSHOT)).isInstanceOf(StoppedException.class);
  }

  private static List<String> keys(Cursor cursor) {
    var found = new ArrayList<String>();
    try (cursor) {
      while (cursor.next()) {
        found.add(cursor.key().toString());
      }
    }
    return found;
  }
}
