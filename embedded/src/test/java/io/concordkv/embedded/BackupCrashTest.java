package io.concordkv.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordkv.base.Bytes;
import io.concordkv.base.CorruptionError;
import io.concordkv.storage.engine.WriteBatch;
import io.concordkv.testkit.SimDisk;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Archiving, a backup and a restore, ended at each of their file operations in turn.
final class BackupCrashTest {
  private static final Options SMALL =
      Options.DEFAULT
          .withLog(64 << 10, 16 << 10)
          .withBatchBytes(8 << 10)
          .withBackup(
              BackupOptions.DEFAULT
                  .withArchive(Path.of("archive"))
                  .withSegmentAge(Duration.ofMillis(50)));

  @ParameterizedTest
  @ValueSource(strings = {"lsm", "hash"})
  void a_power_cut_at_any_file_operation_leaves_a_whole_archive(String engine) {
    int operations =
        dieEverywhere(
            engine,
            SimDisk::powerCutAtOperation,
            world -> write(world, 30),
            world -> {
              world.runFor(Duration.ofSeconds(5));
              write(world, 1);
              world.runFor(Duration.ofSeconds(5));
              checkArchive(world);
            });
    assertThat(operations).isGreaterThan(60);
  }

  /// All can be restored but for what became durable in the engine ahead of the log: that was never
  /// acknowledged, so it may be there or not, but nobody can say what it was.
  private static void checkArchive(StoreWorld world) {
    try {
      check(world, "full", true);
    } catch (CorruptionError missing) {
      assertThat(missing).hasMessageContaining("are missing in n:archive");
      long ahead = Archive.of(world.folder("archive")).pieces().getLast().first();
      assertThat(ahead).isEqualTo(world.published);
      long before = ahead - 2;
      var restored = world.restored("full", true, Until.commit(before));
      assertThat(restored.content()).isEqualTo(world.contents.get((int) before));
      assertThat(world.backup("again", null)).isNotNull();
      check(world, "again", true);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"lsm", "bplustree", "hash"})
  void a_power_cut_at_any_file_operation_of_a_backup_leaves_a_whole_one_or_none(String engine) {
    assertThat(backupDies(engine, SimDisk::powerCutAtOperation)).isGreaterThan(20);
  }

  @ParameterizedTest
  @ValueSource(strings = {"lsm", "hash"})
  void a_kill_at_any_file_operation_of_a_backup_leaves_a_whole_one_or_none(String engine) {
    assertThat(backupDies(engine, SimDisk::killAtOperation)).isGreaterThan(20);
  }

  private static int backupDies(String engine, BiConsumer<SimDisk, Long> death) {
    return dieEverywhere(
        engine,
        death,
        world -> {
          var _ = world.backup("next", "full");
        },
        world -> {
          if (world.folder(StoreWorld.BACKUPS).in("next").has(BackupSeal.NAME)) {
            check(world, "next", false);
          } else {
            // What the first try has left is not in the way of another one.
            assertThat(world.backup("next", "full")).isNotNull();
            check(world, "next", false);
          }
        });
  }

  /// Returns how many operations there were to die at.
  private static int dieEverywhere(
      String engine,
      BiConsumer<SimDisk, Long> death,
      Consumer<StoreWorld> work,
      Consumer<StoreWorld> check) {
    for (int operation = 1; ; operation++) {
      var world = new StoreWorld(operation, SMALL.withEngine(engine));
      try {
        assertThat(world.open(_ -> {})).isTrue();
        write(world, 10);
        assertThat(world.backup("full", null)).isNotNull();
        write(world, 10);
        death.accept(world.disk(), (long) operation);
        work.accept(world);
        boolean died = !world.alive();
        world.disk().spare();
        reopen(world);
        check(world, "full", false);
        check.accept(world);
        if (!died) {
          return operation;
        }
      } catch (Throwable failure) {
        throw new AssertionError("after the end at operation " + operation, failure);
      }
    }
  }

  private static void reopen(StoreWorld world) {
    long acknowledged = world.acknowledged;
    world.simulation.kill("n");
    assertThat(world.failures).isEmpty();
    assertThat(world.open(_ -> {})).isTrue();
    assertThat(world.published).isGreaterThanOrEqualTo(acknowledged);
    world.contents.subList((int) world.published + 1, world.contents.size()).clear();
    world.acknowledged = world.published;
  }

  private static void check(StoreWorld world, String backup, boolean withArchive) {
    var restored = world.restored(backup, withArchive, Until.NEWEST);
    assertThat(restored.content()).isEqualTo(world.contents.get((int) restored.published));
    if (withArchive) {
      assertThat(restored.published).isEqualTo(world.published);
    } else {
      var seal = BackupSeal.read(world.folder(StoreWorld.BACKUPS), backup);
      assertThat(restored.published).isGreaterThanOrEqualTo(seal.to());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"lsm", "bplustree", "hash", "jsonfile"})
  void a_power_cut_at_any_file_operation_of_a_restore_leaves_a_whole_store_or_none(String engine) {
    assertThat(restoreDies(engine, SimDisk::powerCutAtOperation)).isGreaterThan(15);
  }

  @ParameterizedTest
  @ValueSource(strings = {"lsm", "hash"})
  void a_kill_at_any_file_operation_of_a_restore_leaves_a_whole_store_or_none(String engine) {
    assertThat(restoreDies(engine, SimDisk::killAtOperation)).isGreaterThan(15);
  }

  private static int restoreDies(String engine, BiConsumer<SimDisk, Long> death) {
    var world = new StoreWorld(3, SMALL.withEngine(engine));
    assertThat(world.open(_ -> {})).isTrue();
    write(world, 10);
    assertThat(world.backup("full", null)).isNotNull();
    write(world, 10);
    assertThat(world.backup("next", "full")).isNotNull();
    write(world, 20);
    world.runFor(Duration.ofSeconds(5));
    long commit = world.published - 5;
    var archive = Archive.of(world.folder("archive"));
    for (int operation = 1; ; operation++) {
      long at = operation;
      var target =
          new StoreWorld(operation, SMALL.withEngine(engine).withBackup(BackupOptions.DEFAULT));
      try {
        var restored = restore(world, archive, commit, target, disk -> death.accept(disk, at));
        boolean died = restored == null;
        target.disk().spare();
        if (!target.disk().paths().contains(StoreFile.NAME)) {
          assertThat(died).isTrue();
          // What is left of it is not in the way of another one.
          restored = restore(world, archive, commit, target, _ -> {});
          assertThat(restored).isNotNull();
        }
        target.simulation.powerCut("n");
        assertThat(target.open(_ -> {})).isTrue();
        assertThat(target.published).isEqualTo(commit);
        assertThat(target.content()).isEqualTo(world.contents.get((int) commit));
        if (!died) {
          return operation;
        }
      } catch (Throwable failure) {
        throw new AssertionError("after the end at operation " + operation, failure);
      }
    }
  }

  private static @Nullable Restored restore(
      StoreWorld world, Archive archive, long commit, StoreWorld target, Consumer<SimDisk> plan) {
    var restore =
        new Restore(
            world.folder(StoreWorld.BACKUPS), "next", archive, Until.commit(commit), _ -> {});
    return target.restore(restore, plan);
  }

  private static void write(StoreWorld world, int commits) {
    for (int i = 0; i < commits && world.alive(); i++) {
      int number = world.contents.size();
      world.submit(
          new WriteBatch()
              .put(Bytes.of("key-" + number % 7), Bytes.of(("value-" + number).repeat(number % 50)))
              .delete(Bytes.of("key-" + number % 5)));
      world.runFor(Duration.ofMillis(20));
    }
  }
}
