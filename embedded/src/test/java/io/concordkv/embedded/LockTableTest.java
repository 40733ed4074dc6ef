package io.concordkv.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordkv.base.Bytes;
import io.concordkv.base.ConcordException;
import io.concordkv.base.ErrorCode;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.WriteBatch;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Transactions have the numbers of their names: `one` is the oldest.
final class LockTableTest {
  private static final Wish READ_A = Wish.key(LockMode.SHARED, Bytes.of("a"));
  private static final Wish WRITE_A = Wish.key(LockMode.EXCLUSIVE, Bytes.of("a"));
  private static final Wish READ_B = Wish.key(LockMode.SHARED, Bytes.of("b"));
  private static final Wish WRITE_B = Wish.key(LockMode.EXCLUSIVE, Bytes.of("b"));
  private static final Wish WRITE_C = Wish.key(LockMode.EXCLUSIVE, Bytes.of("c"));
  private static final Wish SCAN = Wish.range(LockMode.SHARED, KeyRange.ALL);

  private final LockOwner one = new LockOwner(1);
  private final LockOwner two = new LockOwner(2);
  private final LockOwner three = new LockOwner(3);
  private final LockOwner write = new LockOwner(-1);
  private LockTable table = table(Deadlocks.DETECT);

  private static LockTable table(Deadlocks rule) {
    return new LockTable(rule, 4, 6);
  }

  @Test
  void readers_share_a_key_and_a_writer_has_it_alone() {
    assertThat(table.ask(one, READ_A)).isTrue();
    assertThat(table.ask(two, READ_A)).isTrue();
    assertThat(table.ask(three, WRITE_A)).isFalse();
    table.release(one);
    assertThat(events()).isEmpty();
    table.release(two);
    assertThat(events()).containsExactly("transaction 3 granted");
    assertThat(table.ask(one, READ_A)).isFalse();
    table.release(three);
    table.release(one);
    assertThat(table.isEmpty()).isTrue();
  }

  @Test
  void what_one_has_one_can_ask_for_again() {
    assertThat(table.ask(one, WRITE_A)).isTrue();
    assertThat(table.ask(one, WRITE_A)).isTrue();
    assertThat(table.ask(one, READ_A)).isTrue();
    assertThat(table.ask(one, SCAN)).isTrue();
    assertThat(table.ask(one, READ_B)).isTrue();
    assertThat(one.locks()).isEqualTo(2);
  }

  @Test
  void nobody_is_overtaken() {
    table.ask(one, READ_A);
    assertThat(table.ask(write, WRITE_A)).isFalse();
    assertThat(table.ask(two, READ_A)).isFalse();
    assertThat(table.isFree(Bytes.of("a"))).isFalse();
    table.release(one);
    assertThat(events()).containsExactly("a write granted");
    table.release(write);
    assertThat(events()).containsExactly("transaction 2 granted");
  }

  @Test
  void a_reader_becomes_a_writer_although_others_wait() {
    table.ask(one, READ_A);
    table.ask(two, WRITE_A);
    table.ask(three, READ_A);
    assertThat(table.ask(one, WRITE_A)).isTrue();
    table.release(one);
    assertThat(events()).containsExactly("transaction 2 granted");
  }

  @Test
  void a_write_whose_keys_are_wanted_crosswise_is_passed_by() {
    table.ask(one, WRITE_A);
    table.ask(two, WRITE_B);
    assertThat(table.ask(write, batch("a", "c"))).isFalse();
    // It waits for the write, which waits for the first one.
    assertThat(table.ask(two, WRITE_C)).isFalse();
    // The circle is closed here, and a write never gives way.
    assertThat(table.ask(one, WRITE_B)).isFalse();
    assertThat(events()).containsExactly("transaction 2 lost to 1", "transaction 1 granted");
    table.release(one);
    assertThat(events()).containsExactly("a write granted");
  }

  @Test
  void a_transaction_does_not_wait_for_a_write_that_waits_for_it() {
    table.ask(one, WRITE_A);
    table.ask(write, batch("a", "b"));
    assertThat(table.ask(two, batch("b", "c"))).isFalse();
    // The write waits for it, and the second one for the write.
    assertThat(table.ask(one, WRITE_B)).isTrue();
    assertThat(table.ask(one, WRITE_C)).isTrue();
    table.release(one);
    assertThat(events()).containsExactly("a write granted");
    table.release(write);
    assertThat(events()).containsExactly("transaction 2 granted");
  }

  @Test
  void a_range_that_was_read_takes_no_new_key_and_loses_none() {
    assertThat(table.ask(one, range(LockMode.SHARED, "b", "d"))).isTrue();
    assertThat(table.ask(two, READ_B)).isTrue();
    assertThat(table.ask(three, WRITE_A)).isTrue();
    assertThat(table.ask(three, WRITE_C)).isFalse();
    table.release(one);
    assertThat(events()).containsExactly("transaction 3 granted");
    assertThat(table.ask(one, range(LockMode.SHARED, "c", "d"))).isFalse();
    assertThat(table.ask(two, range(LockMode.EXCLUSIVE, "b", "c"))).isTrue();
    table.release(three);
    assertThat(events()).containsExactly("transaction 1 granted");
    assertThat(table.ask(one, READ_B)).isFalse();
  }

  @Test
  void of_two_that_wait_for_each_other_the_younger_gives_way_at_once() {
    table.ask(one, WRITE_A);
    table.ask(two, WRITE_B);
    assertThat(table.ask(two, WRITE_A)).isFalse();
    assertThat(events()).isEmpty();
    assertThat(table.ask(one, WRITE_B)).isFalse();
    assertThat(events()).containsExactly("transaction 2 lost to 1", "transaction 1 granted");
    assertThat(two.loss)
        .hasToString(
            "Loss[to=1, why=deadlock: transaction 1 waits for b, that is for transaction 2;"
                + " transaction 2 waits for a, that is for transaction 1: transaction 2 is the youngest and gives"
                + " way]");
  }

  @Test
  void of_two_readers_that_both_want_to_write_one_gives_way() {
    table.ask(one, READ_A);
    table.ask(two, READ_A);
    assertThat(table.ask(two, WRITE_A)).isFalse();
    assertThat(table.ask(one, WRITE_A)).isFalse();
    assertThat(events()).containsExactly("transaction 2 lost to 1", "transaction 1 granted");
  }

  @Test
  void in_a_circle_of_three_only_the_youngest_gives_way() {
    table.ask(one, WRITE_A);
    table.ask(three, WRITE_B);
    table.ask(two, WRITE_C);
    table.ask(one, WRITE_B);
    table.ask(three, WRITE_C);
    assertThat(events()).isEmpty();
    assertThat(table.ask(two, WRITE_A)).isFalse();
    assertThat(events()).containsExactly("transaction 3 lost to 1", "transaction 1 granted");
    table.release(one);
    assertThat(events()).containsExactly("transaction 2 granted");
  }

  @Test
  void one_that_asks_can_close_two_circles() {
    table.ask(two, READ_A);
    table.ask(three, READ_A);
    table.ask(one, WRITE_B);
    table.ask(two, READ_B);
    table.ask(three, READ_B);
    assertThat(table.ask(one, WRITE_A)).isFalse();
    assertThat(events())
        .containsExactlyInAnyOrder(
            "transaction 2 lost to 1", "transaction 3 lost to 1", "transaction 1 granted");
  }

  @Test
  void with_wait_die_only_the_older_one_waits() {
    table = table(Deadlocks.WAIT_DIE);
    table.ask(one, WRITE_A);
    table.ask(two, WRITE_B);
    assertThat(table.ask(one, WRITE_B)).isFalse();
    assertThat(events()).isEmpty();
    assertThat(table.ask(two, WRITE_A)).isFalse();
    assertThat(events()).containsExactly("transaction 2 lost to 1", "transaction 1 granted");
    // It has nothing yet, so nobody can wait for it.
    assertThat(table.ask(three, WRITE_A)).isFalse();
    assertThat(events()).isEmpty();
  }

  @Test
  void with_wait_die_one_gives_way_to_an_older_one_that_is_only_ahead_in_the_queue() {
    table = table(Deadlocks.WAIT_DIE);
    table.ask(three, WRITE_A);
    table.ask(one, WRITE_A);
    table.ask(two, WRITE_B);
    assertThat(table.ask(two, WRITE_A)).isFalse();
    assertThat(events()).containsExactly("transaction 2 lost to 1");
  }

  @Test
  void with_wound_wait_the_older_one_takes_what_it_needs() {
    table = table(Deadlocks.WOUND_WAIT);
    table.ask(one, WRITE_A);
    table.ask(two, WRITE_B);
    assertThat(table.ask(two, WRITE_A)).isFalse();
    assertThat(events()).isEmpty();
    assertThat(table.ask(one, WRITE_B)).isFalse();
    assertThat(events()).containsExactly("transaction 2 lost to 1", "transaction 1 granted");
    assertThat(two.locks()).isZero();
  }

  @Test
  void one_that_commits_is_waited_for_whatever_the_rule() {
    for (var rule : List.of(Deadlocks.WAIT_DIE, Deadlocks.WOUND_WAIT)) {
      table = table(rule);
      var committing = new LockOwner(rule == Deadlocks.WAIT_DIE ? 4 : 6);
      var other = new LockOwner(5);
      table.ask(committing, WRITE_A);
      table.commits(committing);
      table.ask(other, WRITE_B);
      assertThat(table.ask(other, WRITE_A)).isFalse();
      assertThat(events()).isEmpty();
      table.release(committing);
      assertThat(events()).containsExactly("transaction 5 granted");
    }
  }

  @Test
  void who_gives_up_no_longer_holds_up_those_behind() {
    table.ask(one, READ_A);
    table.ask(two, WRITE_A);
    table.ask(three, READ_A);
    assertThat(table.blockers(three)).containsExactly(two);
    table.cancel(two);
    assertThat(events()).containsExactly("transaction 3 granted");
  }

  /// Each holds something, so each looks for a circle.
  @Test
  void a_thousand_wait_for_one_lock_and_get_it_in_their_order() {
    table = new LockTable(Deadlocks.DETECT, 4, 10_000);
    var owners = new ArrayList<LockOwner>();
    for (int i = 1; i <= 1000; i++) {
      var owner = new LockOwner(i);
      owners.add(owner);
      assertThat(table.ask(owner, batch("own-" + i))).isTrue();
      assertThat(table.ask(owner, WRITE_A)).isEqualTo(i == 1);
    }
    for (int i = 1; i < 1000; i++) {
      table.release(owners.get(i - 1));
      assertThat(events()).containsExactly("transaction " + (i + 1) + " granted");
    }
  }

  @Test
  void there_are_no_more_locks_than_may_be() {
    for (var key : List.of("a", "b", "c", "d")) {
      table.ask(one, batch(key));
    }
    assertThatThrownBy(() -> table.ask(one, batch("e")))
        .isInstanceOfSatisfying(
            ConcordException.class,
            full -> assertThat(full.code()).isEqualTo(ErrorCode.TOO_MANY_OPERATIONS))
        .hasMessage("transaction 1 has the 4 locks that one may have, and wants one on e");
    table.ask(two, batch("e"));
    table.ask(two, batch("f"));
    assertThatThrownBy(() -> table.ask(two, batch("g"))).hasMessageContaining("the 6 locks");
    // A write that waits has its keys from its batch and is not refused.
    assertThat(table.ask(write, batch("f", "g"))).isFalse();
    table.release(two);
    assertThat(events()).containsExactly("a write granted");
  }

  private List<String> events() {
    var found = new ArrayList<String>();
    for (var event = table.poll(); event != null; event = table.poll()) {
      found.add(
          switch (event) {
            case LockTable.Event.Granted(var owner) -> owner + " granted";
            case LockTable.Event.Lost(var owner, var loss) -> owner + " lost to " + loss.to();
          });
    }
    return found;
  }

  private static Wish range(LockMode mode, String from, String to) {
    return Wish.range(mode, new KeyRange(Bytes.of(from), Bytes.of(to)));
  }

  private static Wish batch(String... keys) {
    var batch = new WriteBatch();
    for (var key : keys) {
      batch.delete(Bytes.of(key));
    }
    return Wish.writes(batch);
  }
}
