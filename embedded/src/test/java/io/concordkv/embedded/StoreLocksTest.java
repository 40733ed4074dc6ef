package io.concordkv.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordkv.base.Bytes;
import io.concordkv.embedded.Commit.Claims;
import io.concordkv.embedded.Commit.Outcome;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.WriteBatch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Locks in the order of commits, with a clock that the test moves.
final class StoreLocksTest {
  private static final Options OPTIONS =
      Options.DEFAULT.withLog(64 << 10, 16 << 10).withBatchBytes(8 << 10);
  private static final Duration SOON = Duration.ofSeconds(1);

  private final List<String> told = new ArrayList<>();
  private StoreWorld world = world(OPTIONS);

  private static StoreWorld world(Options options) {
    var world = new StoreWorld(1, options);
    world.simulation.withoutFaultSites();
    world.open(_ -> {});
    return world;
  }

  @Test
  void a_write_waits_until_what_it_writes_is_let_go() {
    lock(1, LockMode.SHARED, "a");
    write("first", "a", "b");
    write("second", "b");
    write("other", "c");
    world.runFor(SOON);
    // The second one does not overtake the first one, although nobody has its key.
    assertThat(told).containsExactly("1 has a at 0", "other 1");
    world.store().end(1);
    world.runFor(SOON);
    assertThat(told).containsExactly("1 has a at 0", "other 1", "first 2", "second 3");
    assertThat(world.content().get(Bytes.of("b"))).isEqualTo(Bytes.of("second"));
  }

  @Test
  void a_write_that_waits_for_too_long_has_written_nothing_and_says_for_whom() {
    lock(7, LockMode.EXCLUSIVE, "a");
    world.runFor(SOON);
    lock(8, LockMode.EXCLUSIVE, "b");
    lock(8, LockMode.EXCLUSIVE, "a");
    write("late", "b", "c");
    world.runFor(Duration.ofMillis(4999));
    assertThat(told).hasSize(2);
    world.runFor(Duration.ofMillis(1));
    assertThat(told.subList(2, 4))
        .containsExactly(
            "8: no lock within 5000 ms: transaction 8 waits for a, that is for transaction 7, which"
                + " began to lock 6.000 s ago and has not ended",
            "late: no lock within 5000 ms: a write waits for b and 1 more keys, that is for"
                + " transaction 8, which began to lock 5.000 s ago and has not ended");
    world.runFor(SOON);
    world.store().end(7);
    world.store().end(8);
    world.runFor(SOON);
    assertThat(world.content()).isEmpty();
    assertThat(told).hasSize(4);
  }

  @Test
  void each_wait_has_the_whole_time() {
    lock(1, LockMode.EXCLUSIVE, "a");
    lock(3, LockMode.EXCLUSIVE, "b");
    lock(2, LockMode.EXCLUSIVE, "a");
    world.runFor(Duration.ofSeconds(3));
    world.store().end(1);
    lock(2, LockMode.EXCLUSIVE, "b");
    world.runFor(Duration.ofMillis(4999));
    assertThat(told).endsWith("2 has a at 0");
    world.store().end(3);
    assertThat(told).endsWith("2 has b at 0");
  }

  @Test
  void who_gets_a_lock_sees_what_was_written_before_and_does_not_wait_for_the_rest() {
    write("first", "a");
    while (world.store().count() == 0) {
      world.simulation.step();
    }
    assertThat(world.published).isZero();
    lock(1, LockMode.SHARED, "a");
    lock(2, LockMode.SHARED, "b");
    assertThat(told).containsExactly("2 has b at 0");
    world.store().lock(range(3, "b", "c"));
    world.store().lock(range(4, "A", "b"));
    assertThat(told).containsExactly("2 has b at 0", "3 has the keys from 'b' to 'c' at 0");
    world.runFor(SOON);
    assertThat(told.subList(2, 5))
        .containsExactly("1 has a at 1", "4 has the keys from 'A' to 'b' at 1", "first 1");
  }

  private LockRequest range(long transaction, String from, String to) {
    var wish = Wish.range(LockMode.SHARED, new KeyRange(Bytes.of(from), Bytes.of(to)));
    return new LockRequest(
        transaction, wish, Claims.NONE, outcome -> locked(transaction, wish, outcome));
  }

  @Test
  void a_lock_is_given_on_when_the_commit_under_it_is_visible() {
    lock(1, LockMode.EXCLUSIVE, "a");
    lock(2, LockMode.SHARED, "a");
    lock(3, LockMode.SHARED, "a");
    commit(1, "a");
    world.runFor(SOON);
    assertThat(told)
        .containsExactly("1 has a at 0", "2 has a at 1", "3 has a at 1", "commit of 1 1");
  }

  @Test
  void a_commit_that_is_refused_lets_its_locks_go() {
    lock(1, LockMode.EXCLUSIVE, "a");
    lock(2, LockMode.SHARED, "a");
    world.submit(
        new WriteBatch().put(Bytes.of("a"), Bytes.wrap(new byte[9 << 10])),
        Claims.NONE,
        1,
        outcome -> told.add("commit of 1 " + outcome.getClass().getSimpleName()));
    world.runFor(SOON);
    assertThat(told).containsExactly("1 has a at 0", "2 has a at 0", "commit of 1 Refused");
  }

  @Test
  void an_optimistic_commit_waits_too_and_is_looked_at_again_then() {
    lock(1, LockMode.EXCLUSIVE, "a");
    var claims = new Claims(0, List.of(Bytes.of("a")), List.of());
    world.submit(put("optimistic", "a"), claims, outcome -> written("optimistic", outcome));
    world.runFor(SOON);
    assertThat(told).hasSize(1);
    commit(1, "a");
    world.runFor(SOON);
    assertThat(told)
        .containsExactly(
            "1 has a at 0", "commit of 1 1", "optimistic: another transaction has written a first");
    // One that is sure to conflict is not kept waiting.
    lock(2, LockMode.EXCLUSIVE, "a");
    world.submit(put("optimistic", "a"), claims, outcome -> written("again", outcome));
    world.runFor(SOON);
    assertThat(told).endsWith("again: another transaction has written a first");
  }

  @Test
  void a_deadlock_is_told_at_once_and_the_others_go_on() {
    lock(1, LockMode.EXCLUSIVE, "a");
    lock(2, LockMode.EXCLUSIVE, "b");
    lock(2, LockMode.EXCLUSIVE, "a");
    lock(1, LockMode.EXCLUSIVE, "b");
    assertThat(told)
        .containsExactly(
            "1 has a at 0",
            "2 has b at 0",
            "2: deadlock: transaction 1 waits for b, that is for transaction 2; transaction 2"
                + " waits for a, that is for transaction 1: transaction 2 is the youngest and gives"
                + " way",
            "1 has b at 0");
    lock(2, LockMode.SHARED, "c");
    assertThat(told.getLast()).startsWith("2: deadlock");
    world.store().end(2);
    lock(2, LockMode.SHARED, "c");
    assertThat(told.getLast()).isEqualTo("2 has c at 0");
  }

  @Test
  void one_that_was_wounded_hears_of_it_when_it_commits_and_one_that_commits_is_not_wounded() {
    world = world(OPTIONS.withLocks(LockOptions.DEFAULT.withDeadlocks(Deadlocks.WOUND_WAIT)));
    lock(1, LockMode.SHARED, "z");
    lock(2, LockMode.EXCLUSIVE, "a");
    lock(3, LockMode.EXCLUSIVE, "b");
    commit(3, "b");
    lock(1, LockMode.EXCLUSIVE, "a");
    commit(2, "a");
    assertThat(told.subList(3, 5))
        .containsExactly(
            "1 has a at 0",
            "commit of 2: transaction 2 gives way: the older transaction 1 wants a");
    lock(1, LockMode.EXCLUSIVE, "b");
    world.runFor(SOON);
    assertThat(told.subList(5, 7)).containsExactly("1 has b at 1", "commit of 3 1");
  }

  @Test
  void the_end_of_a_transaction_can_be_waited_for_but_not_for_ever() {
    lock(1, LockMode.SHARED, "a");
    lock(2, LockMode.SHARED, "a");
    world.store().awaitEnd(1, () -> told.add("1 is over"));
    world.store().awaitEnd(2, () -> told.add("2 is over or lasts"));
    world.store().awaitEnd(3, () -> told.add("there is no 3"));
    world.store().end(1);
    world.runFor(Duration.ofMillis(4999));
    assertThat(told.subList(2, 4)).containsExactly("there is no 3", "1 is over");
    world.runFor(Duration.ofMillis(1));
    assertThat(told).endsWith("2 is over or lasts");
  }

  @Test
  void whoever_waits_when_the_store_is_closed_is_too_late() {
    lock(1, LockMode.SHARED, "a");
    lock(2, LockMode.EXCLUSIVE, "a");
    write("waits", "a");
    write("written", "b");
    world.runFor(Duration.ZERO);
    world.store().close(() -> told.add("closed"));
    lock(3, LockMode.SHARED, "c");
    world.runFor(SOON);
    assertThat(told)
        .containsExactly(
            "1 has a at 0", "waits: Late", "2: Late", "3: Late", "written 1", "closed");
  }

  private void lock(long transaction, LockMode mode, String key) {
    var wish = Wish.key(mode, Bytes.of(key));
    world.lock(transaction, wish, outcome -> locked(transaction, wish, outcome));
  }

  private void locked(long transaction, Wish wish, Outcome outcome) {
    told.add(
        outcome instanceof Outcome.Done(var sequence)
            ? transaction + " has " + wish + " at " + sequence
            : transaction + ": " + why(outcome));
  }

  private void write(String name, String... keys) {
    world.submit(put(name, keys), Claims.NONE, outcome -> written(name, outcome));
  }

  private void commit(long transaction, String key) {
    var name = "commit of " + transaction;
    world.submit(put(name, key), Claims.NONE, transaction, outcome -> written(name, outcome));
  }

  private void written(String name, Outcome outcome) {
    told.add(
        outcome instanceof Outcome.Done(var sequence)
            ? name + " " + sequence
            : name + ": " + why(outcome));
  }

  private static String why(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Done _ -> "Done";
      case Outcome.Conflicted(var why) -> why;
      case Outcome.GaveWay(_, var why) -> why;
      case Outcome.TimedOut(var why) -> why;
      case Outcome.Refused(var why) -> "" + why.getMessage();
      case Outcome.Late _ -> "Late";
    };
  }

  private static WriteBatch put(String value, String... keys) {
    var batch = new WriteBatch();
    for (var key : keys) {
      batch.put(Bytes.of(key), Bytes.of(value));
    }
    return batch;
  }
}
