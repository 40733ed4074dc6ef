package io.concordkv.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordkv.base.Bytes;
import io.concordkv.embedded.Commit.Claims;
import io.concordkv.embedded.Commit.Outcome;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.WriteBatch;
import io.concordkv.storage.engine.lsm.TableBuilder;
import io.concordkv.testkit.PowerCut;
import io.concordkv.testkit.SimDisk;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;

final class IngestionTest {
  private static final Options SMALL =
      Options.DEFAULT
          .withLog(64 << 10, 16 << 10)
          .withBatchBytes(8 << 10)
          .withSetting("memtable-bytes", "8 KiB");

  private final List<String> told = new ArrayList<>();

  /// Takes in a file with so many keys from `first` on, and says so to the list of contents.
  private void ingest(StoreWorld world, String name, int first, int count) {
    var next = new TreeMap<>(world.contents.getLast());
    var files = world.files();
    files.createDirectories("prepared");
    var path = "prepared/" + name;
    try (var builder = TableBuilder.create(files, path, first)) {
      for (int i = first; i < first + count; i++) {
        var value = Bytes.of(name + "-" + i);
        builder.put(key(i), value);
        next.put(key(i), value);
      }
      builder.finish();
    }
    world.contents.add(next);
    take(world, path);
  }

  private void take(StoreWorld world, String... paths) {
    world
        .store()
        .ingest(
            new Ingestion.Order(
                world.files(),
                List.of(paths),
                1_000_000 + told.size(),
                outcome -> {
                  told.add(outcome.getClass().getSimpleName());
                  if (outcome instanceof Outcome.Done(var sequence)) {
                    world.acknowledged = sequence;
                  }
                },
                why -> told.add(String.valueOf(why.getMessage()))));
  }

  private static Bytes key(int i) {
    return Bytes.of("key-%03d".formatted(i));
  }

  private static WriteBatch put(int key, String value) {
    return new WriteBatch().put(key(key), Bytes.of(value));
  }

  private static StoreWorld opened() {
    var world = new StoreWorld(1, SMALL);
    assertThat(world.open(_ -> {})).isTrue();
    return world;
  }

  @Test
  void it_is_a_commit_among_others() {
    var world = opened();
    for (int i = 0; i < 20; i++) {
      world.submit(put(i, "before"));
    }
    world.runFor(Duration.ofMillis(50));
    ingest(world, "a", 10, 20);
    world.runFor(Duration.ofSeconds(1));
    assertThat(told).containsExactly("Done");
    assertThat(world.published).isEqualTo(21);
    assertThat(world.content()).isEqualTo(world.contents.getLast());
    for (int i = 15; i < 25; i++) {
      world.submit(put(i, "behind"));
    }
    world.runFor(Duration.ofSeconds(1));
    assertThat(world.published).isEqualTo(31);
    assertThat(world.content()).isEqualTo(world.contents.getLast());
    world.simulation.powerCut("n");
    assertThat(world.open(_ -> {})).isTrue();
    assertThat(world.published).isEqualTo(31);
    assertThat(world.content()).isEqualTo(world.contents.getLast());
    assertThat(world.failures).isEmpty();
  }

  @Test
  void commits_that_come_meanwhile_wait_and_are_newer_or_older_as_a_whole() {
    var world = opened();
    ingest(world, "a", 0, 200);
    for (int i = 0; i < 100; i++) {
      world.submit(put(i, "x".repeat(100)), Claims.NONE, _ -> told.add("written"));
      world.runFor(Duration.ofMillis(1));
    }
    world.runFor(Duration.ofSeconds(1));
    assertThat(told).hasSize(101).contains("Done");
    int before = told.indexOf("Done");
    for (int i = 0; i < 100; i++) {
      var expected = i < before ? Bytes.of("a-" + i) : Bytes.of("x".repeat(100));
      assertThat(world.content().get(key(i))).as("key %s", i).isEqualTo(expected);
    }
  }

  @Test
  void what_a_transaction_has_locked_is_not_changed_under_it() {
    var world = opened();
    world.lock(7, Wish.key(LockMode.EXCLUSIVE, key(5)), _ -> told.add("locked"));
    world.runFor(Duration.ofMillis(5));
    ingest(world, "a", 0, 10);
    world.runFor(Duration.ofMillis(50));
    assertThat(told).containsExactly("locked");
    assertThat(world.content()).isEmpty();
    world.submit(put(5, "mine"), Claims.NONE, 7, _ -> told.add("committed"));
    world.runFor(Duration.ofSeconds(1));
    assertThat(told).containsExactly("locked", "committed", "Done");
    assertThat(world.content()).isEqualTo(world.contents.getLast());
    world.lock(9, Wish.range(LockMode.EXCLUSIVE, KeyRange.ALL), _ -> told.add("free"));
    world.runFor(Duration.ofMillis(5));
    assertThat(told).endsWith("free");
  }

  @Test
  void who_has_read_what_it_changes_conflicts() {
    var world = opened();
    world.submit(put(1, "read"));
    world.runFor(Duration.ofMillis(5));
    ingest(world, "a", 0, 10);
    world.runFor(Duration.ofSeconds(1));
    world.submit(
        put(50, "late"),
        new Claims(1, List.of(key(1)), List.of()),
        outcome -> told.add(outcome.getClass().getSimpleName()));
    world.runFor(Duration.ofSeconds(1));
    assertThat(told).containsExactly("Done", "Conflicted");
  }

  @Test
  void what_is_wrong_changes_nothing() {
    var world = opened();
    world.submit(put(1, "kept"));
    world.runFor(Duration.ofMillis(5));
    ingest(world, "a", 0, 10);
    world.contents.removeLast();
    world.disk().corrupt("prepared/a", 20, 4);
    world.runFor(Duration.ofSeconds(1));
    assertThat(told.getLast()).contains("prepared/a").contains("checksum");
    take(world, "prepared/nothing");
    world.runFor(Duration.ofSeconds(1));
    assertThat(told.getLast()).contains("prepared/nothing");
    world.submit(put(2, "and on"));
    world.runFor(Duration.ofSeconds(1));
    assertThat(world.content()).isEqualTo(world.contents.getLast());
    assertThat(world.published).isEqualTo(2);

    var other = new StoreWorld(2, SMALL_HASH);
    other.open(_ -> {});
    take(other, "prepared/a");
    other.runFor(Duration.ofSeconds(1));
    assertThat(told.getLast()).contains("this engine takes in no tables");
  }

  private static final Options SMALL_HASH = Options.DEFAULT.withEngine("hash");

  @Test
  void one_at_a_time_and_none_while_the_store_moves() {
    var world = opened();
    ingest(world, "a", 0, 10);
    take(world, "prepared/a");
    world
        .store()
        .migrate(
            new Migration.Order(
                "hash",
                Map.of(),
                _ -> {},
                () -> told.add("moved"),
                why -> told.add(String.valueOf(why.getMessage()))));
    assertThat(told).hasSize(2).allMatch(why -> why.contains("takes in tables already"));
    world.runFor(Duration.ofSeconds(1));
    assertThat(told).endsWith("Done");
    world
        .store()
        .migrate(
            new Migration.Order("bplustree", Map.of(), _ -> {}, () -> told.add("moved"), _ -> {}));
    take(world, "prepared/a");
    assertThat(told.getLast()).contains("moving");
    world.runFor(Duration.ofSeconds(5));
    assertThat(told).endsWith("moved");
    assertThat(world.content()).isEqualTo(world.contents.getLast());
  }

  @Test
  void a_store_that_is_closed_on_the_way_is_as_before_or_has_all() {
    for (int micros = 0; micros < 3000; micros += 100) {
      told.clear();
      var world = opened();
      world.submit(put(1, "before"));
      world.runFor(Duration.ofMillis(5));
      ingest(world, "a", 0, 100);
      world.runFor(Duration.ofNanos(1000L * micros));
      world.closeView();
      world.store().close(() -> told.add("closed"));
      world.runFor(Duration.ofSeconds(10));
      assertThat(told).hasSize(2).endsWith("closed");
      world.store().letGo();
      world.simulation.kill("n");
      assertThat(world.open(_ -> {})).isTrue();
      int count = told.contains("Done") ? 2 : 1;
      assertThat(world.published).isEqualTo(count);
      assertThat(world.content()).isEqualTo(world.contents.get(count));
    }
  }

  @Test
  void a_power_cut_at_any_file_operation_leaves_all_of_it_or_nothing() {
    assertThat(dieEverywhere(SimDisk::powerCutAtOperation)).isGreaterThan(60);
  }

  @Test
  void a_kill_at_any_file_operation_leaves_all_of_it_or_nothing() {
    assertThat(dieEverywhere(SimDisk::killAtOperation)).isGreaterThan(60);
  }

  private int dieEverywhere(BiConsumer<SimDisk, Long> death) {
    for (int operation = 1; ; operation++) {
      long at = operation;
      var world = new StoreWorld(operation, SMALL);
      try {
        if (world.open(disk -> death.accept(disk, at))) {
          script(world);
        }
        boolean died = !world.alive();
        world.disk().spare();
        check(world);
        world.submit(put(3, "life goes on"));
        world.runFor(Duration.ofSeconds(1));
        world.simulation.powerCut("n");
        check(world);
        if (!died) {
          return operation;
        }
      } catch (Throwable failure) {
        throw new AssertionError("after the end at operation " + operation, failure);
      }
    }
  }

  private void script(StoreWorld world) {
    for (int round = 0; round < 6; round++) {
      for (int i = 0; i < 8 && world.alive(); i++) {
        world.submit(put(round + 3 * i, "round-" + round + "x".repeat(200)));
      }
      if (world.alive()) {
        world.runFor(Duration.ofMillis(20));
      }
      if (world.alive()) {
        try {
          ingest(world, "r" + round, 4 * round, 10 + round);
          world.runFor(Duration.ofMillis(50));
        } catch (PowerCut _) {
          return;
        }
      }
    }
  }

  private static void check(StoreWorld world) {
    long acknowledged = world.acknowledged;
    assertThat(world.failures).isEmpty();
    assertThat(world.open(_ -> {})).isTrue();
    assertThat(world.published).isBetween(acknowledged, (long) world.contents.size() - 1);
    assertThat(world.content()).isEqualTo(world.contents.get((int) world.published));
    world.contents.subList((int) world.published + 1, world.contents.size()).clear();
    world.acknowledged = world.published;
  }
}
