package io.concordkv.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordkv.base.Bytes;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.Order;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The anomalies of Berenson et al., "A Critique of ANSI SQL Isolation Levels", SIGMOD 1995: which
/// level permits which.
final class IsolationTest {
  private static final Bytes X = Bytes.of("x");
  private static final Bytes Y = Bytes.of("y");
  private static final Bytes ONE = Bytes.of("1");
  private static final Bytes TWO = Bytes.of("2");

  @TempDir Path directory;
  private ConcordDb db;

  @BeforeEach
  void open() {
    db = open(Options.DEFAULT);
  }

  private ConcordDb open(Options options) {
    return ConcordDb.open(
        directory.resolve("db"),
        options.withEngine("bplustree-memory").withLog(1 << 20, 256 << 10));
  }

  @AfterEach
  void close() {
    db.close();
  }

  @ParameterizedTest
  @EnumSource
  void nobody_reads_what_is_not_committed(Isolation isolation) {
    try (var writer = db.begin(isolation);
        var reader = db.begin(isolation)) {
      writer.put(X, ONE);
      assertThat(writer.get(X)).isEqualTo(ONE);
      assertThat(reader.get(X)).isNull();
      assertThat(db.get(X)).isNull();
    }
    assertThat(db.get(X)).isNull();
  }

  @ParameterizedTest
  @EnumSource
  void a_transaction_sees_its_deleted_ranges_and_nobody_else_does(Isolation isolation) {
    db.put(X, ONE);
    db.put(Y, ONE);
    try (var tx = db.begin(isolation)) {
      tx.put(Bytes.of("xx"), TWO);
      tx.deleteRange(new KeyRange(X, Y));
      tx.put(Bytes.of("xy"), TWO);
      assertThat(tx.get(X)).isNull();
      assertThat(tx.get(Bytes.of("xx"))).isNull();
      assertThat(tx.get(Bytes.of("xy"))).isEqualTo(TWO);
      var keys = new ArrayList<String>();
      try (var cursor = tx.scan(KeyRange.ALL, Order.DESCENDING)) {
        while (cursor.next()) {
          keys.add(cursor.key().toUtf8());
        }
      }
      assertThat(keys).containsExactly("y", "xy");
      assertThat(db.get(X)).isEqualTo(ONE);
      tx.commit();
    }
    assertThat(db.get(X)).isNull();
    assertThat(db.get(Bytes.of("xx"))).isNull();
    assertThat(db.get(Bytes.of("xy"))).isEqualTo(TWO);
  }

  @ParameterizedTest
  @EnumSource
  void a_deleted_range_conflicts_with_who_has_read_or_written_in_it(Isolation isolation) {
    db.put(X, ONE);
    try (var tx = db.begin(isolation)) {
      assertThat(tx.get(X)).isEqualTo(ONE);
      tx.put(X, TWO);
      db.deleteRange(new KeyRange(X, Y));
      if (isolation == Isolation.READ_COMMITTED) {
        tx.commit();
      } else {
        assertThatThrownBy(tx::commit)
            .isInstanceOf(ConflictException.class)
            .hasMessageContaining("has deleted the keys from 'x' to 'y'");
      }
    }
    try (var tx = db.begin(isolation)) {
      assertThat(tx.get(Y)).isNull();
      tx.deleteRange(new KeyRange(X, Y));
      db.put(Bytes.of("xx"), ONE);
      if (isolation == Isolation.SNAPSHOT) {
        assertThatThrownBy(tx::commit).isInstanceOf(ConflictException.class);
      } else {
        tx.commit();
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void only_a_committed_read_can_change_when_it_is_repeated(Isolation isolation) {
    db.put(X, ONE);
    try (var reader = db.begin(isolation)) {
      assertThat(reader.get(X)).isEqualTo(ONE);
      db.put(X, TWO);
      assertThat(reader.get(X)).isEqualTo(isolation == Isolation.READ_COMMITTED ? TWO : ONE);
      reader.commit();
    }
  }

  @ParameterizedTest
  @EnumSource
  void an_update_is_lost_with_committed_reads_only(Isolation isolation) {
    db.put(X, ONE);
    try (var first = db.begin(isolation);
        var second = db.begin(isolation)) {
      append(first, X);
      append(second, X);
      first.commit();
      if (isolation == Isolation.READ_COMMITTED) {
        second.commit();
      } else {
        assertThatThrownBy(second::commit)
            .isInstanceOf(ConflictException.class)
            .hasMessageContaining("has written x first");
      }
    }
    assertThat(db.get(X)).isEqualTo(Bytes.of("1+"));
  }

  @ParameterizedTest
  @EnumSource
  void write_skew_is_prevented_by_serializable_only(Isolation isolation) {
    try (var first = db.begin(isolation);
        var second = db.begin(isolation)) {
      first.put(X, first.get(Y) == null ? ONE : TWO);
      second.put(Y, second.get(X) == null ? ONE : TWO);
      first.commit();
      if (isolation == Isolation.SERIALIZABLE) {
        assertThatThrownBy(second::commit).isInstanceOf(ConflictException.class);
      } else {
        second.commit();
      }
    }
    assertThat(db.get(Y)).isEqualTo(isolation == Isolation.SERIALIZABLE ? null : ONE);
  }

  @ParameterizedTest
  @EnumSource
  void a_phantom_in_a_range_is_noticed_by_serializable_only(Isolation isolation) {
    try (var counter = db.begin(isolation)) {
      counter.put(Bytes.of("count"), Bytes.of("" + keys(counter, KeyRange.prefix(X)).size()));
      db.put(Bytes.of("x1"), ONE);
      if (isolation == Isolation.SERIALIZABLE) {
        assertThatThrownBy(counter::commit)
            .isInstanceOf(ConflictException.class)
            .hasMessageContaining("x1, in a range that was read");
      } else {
        counter.commit();
      }
    }
  }

  @Test
  void what_is_outside_of_what_was_read_does_not_conflict() {
    try (var counter = db.begin(Isolation.SERIALIZABLE)) {
      assertThat(keys(counter, KeyRange.prefix(X))).isEmpty();
      assertThat(counter.get(Bytes.of("z"))).isNull();
      counter.put(Bytes.of("count"), ONE);
      db.put(Y, ONE);
      counter.commit();
    }
    assertThat(db.get(Bytes.of("count"))).isEqualTo(ONE);
  }

  @Test
  void a_serializable_one_that_only_reads_never_conflicts() {
    try (var reader = db.begin(Isolation.SERIALIZABLE)) {
      assertThat(reader.get(X)).isNull();
      db.put(X, ONE);
      reader.commit();
    }
  }

  @Test
  void a_scan_shows_what_the_transaction_wrote() {
    db.put(Bytes.of("a"), ONE);
    db.put(Bytes.of("b"), ONE);
    db.put(Bytes.of("d"), ONE);
    try (var tx = db.begin(Isolation.SNAPSHOT)) {
      tx.delete(Bytes.of("b"));
      tx.put(Bytes.of("c"), TWO);
      tx.put(Bytes.of("d"), TWO);
      assertThat(keys(tx, KeyRange.ALL)).containsExactly("a=1", "c=2", "d=2");
    }
  }

  @Test
  void a_transaction_that_is_too_old_conflicts() {
    db.close();
    db = open(Options.DEFAULT.withRecentKeys(2));
    try (var old = db.begin(Isolation.SERIALIZABLE)) {
      old.put(X, Bytes.of("" + old.get(X)));
      for (int i = 0; i < 3; i++) {
        db.put(Bytes.of("other-" + i), ONE);
      }
      assertThatThrownBy(old::commit).hasMessageContaining("too old");
    }
  }

  @Test
  void what_conflicts_is_run_again_with_locks_if_that_is_allowed() {
    var attempts = new ArrayList<Integer>();
    Function<Transaction, Integer> disturbed =
        tx -> {
          attempts.add(attempts.size());
          db.put(X, TWO);
          append(tx, X);
          return attempts.size();
        };
    assertThat(db.transact(Isolation.SNAPSHOT, disturbed)).isEqualTo(2);
    assertThat(db.get(X)).isEqualTo(Bytes.of("2+"));

    db.close();
    db = open(Options.DEFAULT.withAttempts(1));
    assertThatThrownBy(() -> db.transact(Isolation.SNAPSHOT, disturbed))
        .isInstanceOf(ConflictException.class);
    assertThat(db.get(X)).isEqualTo(TWO);
  }

  @Test
  void what_the_work_throws_ends_the_transaction() {
    assertThatThrownBy(() ->
            db.transact(
                Isolation.SERIALIZABLE,
                tx -> {
                  tx.put(X, ONE);
                  throw new IllegalArgumentException("no");
                }))
        .hasMessage("no");
    assertThat(db.get(X)).isNull();
  }

  private static void append(Transaction tx, Bytes key) {
    tx.put(key, Bytes.of(tx.get(key) + "+"));
  }

  private static List<String> keys(Transaction tx, KeyRange range) {
    var found = new ArrayList<String>();
    try (var cursor = tx.scan(range, Order.ASCENDING)) {
      while (cursor.next()) {
        found.add(cursor.key() + "=" + cursor.value());
      }
    }
    return found;
  }
}
