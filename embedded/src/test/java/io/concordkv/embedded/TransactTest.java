package io.concordkv.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordkv.base.Bytes;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// How a transaction that has lost is run again. Its first attempt always loses here, by a write of
/// X past it.
final class TransactTest {
  private static final Bytes X = Bytes.of("x");
  private static final Bytes Y = Bytes.of("y");
  private static final Bytes ONE = Bytes.of("1");
  private static final LockOptions IMPATIENT =
      LockOptions.DEFAULT.withTimeout(Duration.ofMillis(5));

  @TempDir Path directory;

  private ConcordDb open(LockOptions locks) {
    var options = Options.DEFAULT.withEngine("redblack").withLog(1 << 20, 256 << 10);
    return ConcordDb.open(directory.resolve("db"), options.withLocks(locks));
  }

  private static Transaction begin(ConcordDb db) {
    return db.begin(Isolation.SERIALIZABLE, Control.PESSIMISTIC);
  }

  private static void loseOnce(ConcordDb db, Transaction tx, int attempt) {
    if (attempt == 1) {
      tx.put(X, Bytes.of("" + tx.get(X)));
      db.put(X, ONE);
    }
  }

  @Test
  void the_second_attempt_locks_what_it_reads_and_for_writing_what_it_wrote_before() {
    try (var db = open(IMPATIENT)) {
      var attempts = new AtomicInteger();
      db.transact(
          Isolation.SNAPSHOT,
          tx -> {
            int attempt = attempts.incrementAndGet();
            loseOnce(db, tx, attempt);
            if (attempt == 2) {
              assertThat(tx.get(X)).isEqualTo(ONE);
              assertThat(tx.get(Y)).isNull();
              assertThatThrownBy(() -> db.put(Y, ONE)).isInstanceOf(LockTimeoutException.class);
              try (var other = begin(db)) {
                assertThat(other.get(Y)).isNull();
                assertThatThrownBy(() -> other.get(X)).isInstanceOf(LockTimeoutException.class);
              }
            }
            return true;
          });
      assertThat(attempts).hasValue(2);
    }
  }

  @Test
  void the_second_attempt_is_as_old_as_the_first() {
    try (var db = open(IMPATIENT.withDeadlocks(Deadlocks.WAIT_DIE))) {
      var attempts = new AtomicInteger();
      var younger = new ArrayList<Transaction>();
      // The older one waits, in vain here; if it were the younger one it would give way.
      assertThatThrownBy(() ->
              db.transact(
                  Isolation.SERIALIZABLE,
                  tx -> {
                    int attempt = attempts.incrementAndGet();
                    if (attempt == 1) {
                      younger.add(begin(db));
                      younger.getFirst().put(Y, ONE);
                    }
                    loseOnce(db, tx, attempt);
                    tx.put(X, ONE);
                    tx.put(Y, ONE);
                    return true;
                  }))
          .isInstanceOf(LockTimeoutException.class)
          .hasMessageContaining("transaction 1 waits for y, that is for transaction 2");
      assertThat(attempts).hasValue(2);
      younger.forEach(Transaction::close);
    }
  }

  @Test
  void who_gave_way_begins_again_when_the_other_one_has_ended() throws Exception {
    var patient = LockOptions.DEFAULT.withTimeout(Duration.ofMinutes(1));
    try (var db = open(patient.withDeadlocks(Deadlocks.WAIT_DIE));
        var threads = Executors.newSingleThreadExecutor()) {
      var older = begin(db);
      older.put(Y, ONE);
      var gaveWay = new CountDownLatch(1);
      var end =
          threads.submit(() -> {
            assertThat(gaveWay.await(1, TimeUnit.MINUTES)).isTrue();
            for (int i = 0; i < 50; i++) {
              db.put(Bytes.of("other"), Bytes.of("" + i));
            }
            older.commit();
            return true;
          });
      var attempts = new ArrayList<Integer>();
      db.transact(
          Isolation.SERIALIZABLE,
          tx -> {
            attempts.add(attempts.size() + 1);
            loseOnce(db, tx, attempts.size());
            tx.put(X, ONE);
            try {
              tx.put(Y, X);
            } catch (DeadlockException lost) {
              assertThat(lost).hasMessageContaining("transaction 1 is older");
              gaveWay.countDown();
              throw lost;
            }
            return true;
          });
      assertThat(attempts).isEqualTo(List.of(1, 2, 3));
      assertThat(end.get()).isTrue();
      assertThat(db.get(Y)).isEqualTo(X);
    }
  }
}
