package io.concordkv.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordkv.base.Bytes;
import io.concordkv.base.ConcordException;
import io.concordkv.base.CorruptionError;
import io.concordkv.base.ErrorCode;
import io.concordkv.base.env.FileException;
import io.concordkv.embedded.Commit.Claims;
import io.concordkv.embedded.Commit.Outcome;
import io.concordkv.storage.engine.WriteBatch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class StoreTest {
  private static final Options SMALL =
      Options.DEFAULT.withLog(64 << 10, 16 << 10).withBatchBytes(8 << 10);
  private static final Duration LONG = Duration.ofSeconds(10);

  @Test
  void a_failed_sync_stops_the_store_and_nothing_is_acknowledged() {
    var world = new StoreWorld(1, SMALL);
    world.open(_ -> {});
    world.disk().failSyncs(Store.LOG, 1);
    world.submit(put("a", "1"));
    world.submit(put("b", "2"));
    world.runFor(LONG);

    assertThat(world.alive()).isFalse();
    assertThat(world.failures).singleElement().isInstanceOf(FileException.class);
    assertThat(world.acknowledged).isZero();
    assertThat(world.published).isZero();
  }

  @Test
  void a_write_is_visible_when_it_is_durable() {
    var world = new StoreWorld(1, SMALL);
    world.open(_ -> {});
    world.submit(put("a", "1"));

    assertThat(world.content()).isEmpty();
    world.runFor(LONG);
    assertThat(world.content()).isEqualTo(world.contents.get(1));
  }

  @Test
  void commits_that_come_together_share_a_sync_unless_each_is_to_have_its_own() {
    assertThat(operations(Durability.GROUPED, 40)).isLessThan(20);
    assertThat(operations(Durability.EVERY_WRITE, 40)).isGreaterThan(80);
  }

  private static long operations(Durability durability, int commits) {
    var world = new StoreWorld(1, SMALL.withDurability(durability));
    world.open(_ -> {});
    long before = world.disk().operations();
    for (int i = 0; i < commits; i++) {
      world.submit(put("key-" + i, "value"));
    }
    world.runFor(LONG);
    assertThat(world.acknowledged).isEqualTo(commits);
    return world.disk().operations() - before;
  }

  @Test
  void a_conflict_is_told_when_what_it_conflicts_with_is_visible() {
    var world = new StoreWorld(1, SMALL);
    world.open(_ -> {});
    var seen = new ArrayList<Long>();
    world.submit(put("a", "1"));
    world.submit(
        put("a", "2"),
        new Claims(0, List.of(Bytes.of("a")), List.of()),
        outcome -> {
          assertThat(outcome).isInstanceOf(Outcome.Conflicted.class);
          seen.add(world.published);
        });
    world.runFor(LONG);

    assertThat(seen).containsExactly(1L);
    assertThat(world.content()).isEqualTo(world.contents.get(1));
  }

  @Test
  void a_full_disk_is_an_answer_and_reading_goes_on() {
    var world = new StoreWorld(3, SMALL);
    world.simulation.withoutFaultSites();
    world.open(_ -> {});
    world.runFor(LONG);
    world.disk().limitSpace(2 << 10);
    var refused = new ArrayList<Outcome>();
    for (int i = 0; i < 100 && refused.isEmpty() && world.alive(); i++) {
      world.submit(
          noise("key-" + i, i),
          Claims.NONE,
          outcome -> {
            if (outcome instanceof Outcome.Refused) {
              refused.add(outcome);
            }
          });
      world.runFor(Duration.ofMillis(50));
    }

    assertThat(world.failures).isEmpty();
    assertThat(refused)
        .singleElement()
        .isInstanceOfSatisfying(
            Outcome.Refused.class,
            outcome -> assertThat(outcome.why().code()).isEqualTo(ErrorCode.NO_SPACE));
    assertThat(world.content()).isNotEmpty();
  }

  @Test
  void a_checkpoint_without_room_is_refused_and_the_store_goes_on() {
    var world = new StoreWorld(3, SMALL);
    world.simulation.withoutFaultSites();
    world.open(_ -> {});
    for (int i = 0; i < 5; i++) {
      world.submit(noise("key-" + i, i));
    }
    world.runFor(LONG);
    for (long room = 0; room < 2000; room += 100) {
      // All is in tables then: what has no room is the copy alone.
      assertThat(checkpoint(world, Long.MAX_VALUE)).containsExactly(true);
      Checkpoint.discard(new Folder(world.env().files(), Checkpoint.DIRECTORY));
      var outcome = checkpoint(world, room);
      assertThat(world.failures).isEmpty();
      assertThat(outcome)
          .singleElement()
          .isInstanceOfAny(FileException.class, Boolean.class)
          .isNotEqualTo(false);
      world.disk().limitSpace(Long.MAX_VALUE);
      world.submit(put("more-" + room, "1"));
      world.runFor(LONG);
    }
    assertThat(checkpoint(world, Long.MAX_VALUE)).containsExactly(true);
    Checkpoint.discard(new Folder(world.env().files(), Checkpoint.DIRECTORY));
    assertThat(checkpoint(world, 0)).singleElement().isInstanceOf(FileException.class);
  }

  private static List<Object> checkpoint(StoreWorld world, long room) {
    var outcome = new ArrayList<Object>();
    world.disk().limitSpace(room);
    world.store().checkpoint(() -> outcome.add(true), outcome::add);
    world.runFor(LONG);
    return outcome;
  }

  @ParameterizedTest
  @ValueSource(strings = {"lsm", "bplustree"})
  void what_a_store_has_in_its_log_when_it_is_closed_is_saved_if_it_is_much(String engine) {
    var world = new StoreWorld(1, SMALL.withEngine(engine));
    world.simulation.withoutFaultSites();
    world.open(_ -> {});
    world.submit(noise("key", 0));
    assertThat(markAfterClose(world, engine)).isZero();

    world.open(_ -> {});
    for (int i = 1; i < 10; i++) {
      world.submit(noise("key-" + i, i));
      world.runFor(Duration.ofMillis(5));
    }
    assertThat(markAfterClose(world, engine)).isEqualTo(10);
    world.open(_ -> {});
    assertThat(world.content()).isEqualTo(world.contents.getLast());
  }

  private static long markAfterClose(StoreWorld world, String engine) {
    world.runFor(LONG);
    var closed = new ArrayList<Boolean>();
    world.closeView();
    world.store().close(() -> closed.add(true));
    world.runFor(LONG);
    assertThat(closed).hasSize(1);
    world.store().letGo();
    world.simulation.powerCut("n");
    var env = world.simulation.env("n", world.failures::add);
    var home = Home.open(env, new StoreFile.Place(engine, 0), new TreeMap<>());
    long mark = home.engine.mark();
    home.engine.close();
    world.simulation.powerCut("n");
    return mark;
  }

  @ParameterizedTest
  @ValueSource(strings = {"lsm", "skiplist", "jsonfile"})
  void the_log_stays_small_as_the_engine_is_saved(String engine) {
    var world = new StoreWorld(1, SMALL.withEngine(engine));
    world.open(_ -> {});
    for (int i = 0; i < 400; i++) {
      world.submit(noise("key-" + i % 10, i));
      world.runFor(Duration.ofMillis(5));
    }
    world.runFor(LONG);
    long log =
        world.disk().paths().stream()
            .filter(path -> path.startsWith(Store.LOG))
            .mapToLong(path -> world.disk().content(path).length)
            .sum();
    assertThat(log).isLessThan(200 << 10);

    world.simulation.powerCut("n");
    world.open(_ -> {});
    assertThat(world.content()).isEqualTo(world.contents.getLast());
  }

  @Test
  void a_quiet_log_is_left_when_it_is_old() {
    var age = Duration.ofMinutes(1);
    var world = new StoreWorld(1, SMALL.withBackup(BackupOptions.DEFAULT.withSegmentAge(age)));
    world.simulation.withoutFaultSites();
    world.open(_ -> {});
    world.submit(put("a", "1"));
    world.runFor(age.minusSeconds(1));
    assertThat(segments(world)).isEqualTo(1);
    world.runFor(Duration.ofSeconds(3));
    assertThat(segments(world)).isEqualTo(2);
    // One that holds nothing does not grow old.
    world.runFor(age.multipliedBy(10));
    assertThat(segments(world)).isEqualTo(2);

    world.submit(put("b", "1"));
    world.runFor(age.plusSeconds(3));
    assertThat(segments(world)).isEqualTo(3);
    world.simulation.powerCut("n");
    world.open(_ -> {});
    assertThat(world.content()).isEqualTo(world.contents.getLast());
  }

  private static long segments(StoreWorld world) {
    return world.disk().paths().stream().filter(path -> path.endsWith(".seg")).count();
  }

  @Test
  void an_age_out_of_its_range_is_refused() {
    for (var age : List.of(Duration.ZERO, Duration.ofMillis(9), Duration.ofDays(366))) {
      assertThatThrownBy(() -> BackupOptions.DEFAULT.withSegmentAge(age))
          .isInstanceOf(ConcordException.class)
          .hasMessageContaining("segment-age is 10 ms to 365 days, not " + age);
    }
  }

  @Test
  void a_batch_that_is_too_large_is_refused_and_the_next_is_written() {
    var world = new StoreWorld(1, SMALL);
    world.open(_ -> {});
    var outcomes = new ArrayList<Outcome>();
    world.submit(put("a", "x".repeat(9 << 10)), Claims.NONE, outcomes::add);
    world.submit(put("b", "1"), Claims.NONE, outcomes::add);
    world.runFor(LONG);

    assertThat(outcomes.get(0))
        .isInstanceOfSatisfying(
            Outcome.Refused.class,
            refused -> assertThat(refused.why().code()).isEqualTo(ErrorCode.REQUEST_TOO_LARGE));
    assertThat(outcomes.get(1)).isEqualTo(new Outcome.Done(1));
  }

  @Test
  void an_engine_that_refuses_a_batch_refuses_it_in_the_log_too() {
    var options = SMALL.withEngine("jsonfile").withSetting("max-bytes", "4 KiB");
    var world = new StoreWorld(1, options);
    world.open(_ -> {});
    var outcomes = new ArrayList<Outcome>();
    world.submit(put("large", "x".repeat(5000)), Claims.NONE, outcomes::add);
    world.submit(put("small", "1"));
    world.runFor(LONG);
    assertThat(outcomes).singleElement().isInstanceOf(Outcome.Refused.class);

    world.simulation.powerCut("n");
    world.open(_ -> {});
    assertThat(world.content()).isEqualTo(world.contents.getLast());
  }

  @Test
  void a_store_is_not_opened_by_another_engine() {
    var world = new StoreWorld(1, SMALL.withEngine("hash"));
    world.open(_ -> {});
    world.simulation.kill("n");

    assertThatThrownBy(
            () -> Store.open(world.simulation.env("n"), SMALL.withEngine("array"), world))
        .isInstanceOf(ConcordException.class)
        .hasMessageContaining("'hash', not by 'array'");
  }

  @Test
  void the_file_that_names_the_engine_has_the_bytes_of_the_format() {
    var world = new StoreWorld(1, SMALL.withEngine("hash"));
    world.open(_ -> {});
    assertThat(HexFormat.of().formatHex(world.disk().content(StoreFile.NAME)))
        .matches(
            "434b4442" + "00000003" + "[0-9a-f]{16}" + "0468617368" + "0000000000" + "[0-9a-f]{8}");

    world.simulation.kill("n");
    world.disk().flipBit(StoreFile.NAME, 10, 3);
    assertThatThrownBy(() -> Store.open(world.simulation.env("n"), SMALL.withEngine("hash"), world))
        .isInstanceOf(CorruptionError.class)
        .hasMessageContaining(StoreFile.NAME);
  }

  @Test
  void a_file_of_the_version_before_is_read_and_gets_an_id() {
    var world = new StoreWorld(1, SMALL.withEngine("hash"));
    world.open(_ -> {});
    world.simulation.kill("n");
    var env = world.simulation.env("n");
    var old = new SmallFile(0x434B4442, 2, "store");
    old.write(
        new Folder(env.files(), ""), StoreFile.NAME, old.begin().text("hash").u32(0).flag(false));
    assertThat(StoreFile.read(env.files(), StoreFile.NAME).id()).isZero();

    assertThat(world.open(_ -> {})).isTrue();
    var file = StoreFile.read(world.folder("").files(), StoreFile.NAME);
    assertThat(file.id()).isPositive();
    assertThat(file.current()).isEqualTo(new StoreFile.Place("hash", 0));
  }

  @Test
  void a_store_whose_engine_is_gone_is_not_opened() {
    var world = new StoreWorld(1, SMALL.withEngine("hash"));
    world.open(_ -> {});
    for (int i = 0; i < 400; i++) {
      world.submit(noise("key-" + i, i));
      world.runFor(Duration.ofMillis(5));
    }
    world.simulation.kill("n");
    var env = world.simulation.env("n");
    env.files().delete(Store.ENGINE + "/pairs");

    assertThatThrownBy(() -> Store.open(env, SMALL.withEngine("hash"), world))
        .isInstanceOf(CorruptionError.class)
        .hasMessageContaining("the log goes on with commit");
  }

  @Test
  void a_checkpoint_is_a_store_with_what_was_acknowledged() {
    for (var engine : new String[] {"lsm", "array", "jsonfile"}) {
      var world = new StoreWorld(1, SMALL.withEngine(engine));
      world.open(_ -> {});
      world.submit(put("a", "1"));
      world.runFor(LONG);
      for (int i = 0; i < 2; i++) {
        var done = new ArrayList<Boolean>();
        world
            .store()
            .checkpoint(
                () -> done.add(true),
                refusal -> {
                  throw new AssertionError(refusal);
                });
        world.runFor(LONG);
        assertThat(done).containsExactly(true);
      }
      assertThat(world.disk().paths()).contains(Checkpoint.DIRECTORY + "/" + StoreFile.NAME);
    }
  }

  /// A batch that does not compress.
  private static WriteBatch noise(String key, int seed) {
    var value = new byte[2000];
    new SplittableRandom(seed).nextBytes(value);
    return new WriteBatch().put(Bytes.of(key), Bytes.wrap(value));
  }

  private static WriteBatch put(String key, String value) {
    return new WriteBatch().put(Bytes.of(key), Bytes.of(value));
  }
}
