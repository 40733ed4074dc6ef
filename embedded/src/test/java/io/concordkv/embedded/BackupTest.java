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
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class BackupTest {
  private static final BackupOptions ARCHIVED =
      BackupOptions.DEFAULT
          .withArchive(Path.of("archive"))
          .withSegmentAge(Duration.ofMillis(50))
          .withArchiveLag(64 << 10);
  private static final Options SMALL =
      Options.DEFAULT
          .withLog(64 << 10, 16 << 10)
          .withBatchBytes(8 << 10)
          .withBackup(BackupOptions.DEFAULT);
  private static final Options SEPARATED = SMALL.withSetting("separate-values-from", "1000");
  private static final Duration LONG = Duration.ofSeconds(10);

  private static StoreWorld opened(Options options) {
    var world = new StoreWorld(1, options);
    world.simulation.withoutFaultSites();
    assertThat(world.open(_ -> {})).isTrue();
    return world;
  }

  private static void write(StoreWorld world, int commits) {
    for (int i = 0; i < commits; i++) {
      world.submit(noise(world.contents.size()));
      world.runFor(Duration.ofMillis(60));
    }
  }

  /// A batch that does not compress.
  private static WriteBatch noise(int number) {
    var value = new byte[1500];
    new SplittableRandom(number).nextBytes(value);
    return new WriteBatch().put(Bytes.of("key-" + number % 20), Bytes.wrap(value));
  }

  private static BackupInfo backup(StoreWorld world, String name) {
    return Objects.requireNonNull(world.backup(name, null));
  }

  private static BackupInfo backup(StoreWorld world, String name, String base) {
    return Objects.requireNonNull(world.backup(name, base));
  }

  private static void verify(StoreWorld world, String name) {
    new Restore(world.folder(StoreWorld.BACKUPS), name, null, Until.NEWEST, _ -> {}).verify();
  }

  private static void assertRestored(StoreWorld world, String backup) {
    var restored = world.restored(backup, false, Until.NEWEST);
    assertThat(restored.content()).isEqualTo(world.contents.getLast());
  }

  @Test
  void a_second_backup_of_tables_has_only_the_new_ones() {
    onlyNewOnes(SMALL);
  }

  @Test
  void a_second_backup_of_tables_and_value_files_has_only_the_new_ones() {
    var world = onlyNewOnes(SEPARATED);
    for (var name : List.of("full", "next")) {
      assertThat(world.disk().paths())
          .anyMatch(path ->
              path.startsWith(StoreWorld.BACKUPS + "/" + name + "/") && path.endsWith(".values"));
    }
  }

  private static StoreWorld onlyNewOnes(Options options) {
    var world = opened(options);
    write(world, 100);
    var full = backup(world, "full");
    write(world, 3);
    var next = backup(world, "next", "full");
    var last = backup(world, "last", "next");

    assertThat(full.kind()).isEqualTo(BackupInfo.Kind.FULL);
    assertThat(next.kind()).isEqualTo(BackupInfo.Kind.FILES);
    assertThat(next.base()).contains("full");
    assertThat(List.of(full.from(), full.to(), next.from(), next.to()))
        .containsExactly(0L, 100L, 100L, 103L);
    assertThat(next.bytes()).isLessThan(full.bytes() / 2);
    assertThat(last.bytes()).isLessThan(next.bytes());
    for (var name : List.of("next", "last")) {
      verify(world, name);
      assertRestored(world, name);
    }
    // Nothing is left of what it was copied from.
    assertThat(world.disk().paths()).noneMatch(path -> path.startsWith(Checkpoint.DIRECTORY));
    return world;
  }

  @Test
  void a_second_backup_of_pages_is_the_log_if_that_is_archived() {
    for (boolean archived : new boolean[] {true, false}) {
      var world =
          opened(
              SMALL
                  .withEngine("bplustree")
                  .withBackup(archived ? ARCHIVED : BackupOptions.DEFAULT));
      write(world, 40);
      backup(world, "full");
      write(world, 3);
      var next = backup(world, "next", "full");
      assertThat(next.kind()).isEqualTo(archived ? BackupInfo.Kind.LOG : BackupInfo.Kind.FILES);
      assertThat(next.to()).isEqualTo(43);
      verify(world, "next");
      assertRestored(world, "next");
    }
  }

  @Test
  void a_restore_tells_how_far_it_is_until_all_is_read() {
    var world = opened(SMALL.withEngine("bplustree").withBackup(ARCHIVED));
    write(world, 40);
    backup(world, "full");
    write(world, 10);
    backup(world, "next", "full");
    write(world, 10);
    world.runFor(Duration.ofSeconds(5));
    for (boolean archive : new boolean[] {true, false}) {
      var progress = world.restored("next", archive, Until.NEWEST).progress;
      assertThat(progress).isSortedAccordingTo(Comparator.comparingLong(BackupProgress::done));
      assertThat(progress)
          .extracting(BackupProgress::bytes)
          .containsOnly(progress.getFirst().bytes());
      assertThat(progress.getFirst().done()).isLessThan(progress.getFirst().bytes());
      assertThat(progress.getLast().done()).isEqualTo(progress.getLast().bytes());
      assertThat(progress.size()).isGreaterThan(3);
    }
  }

  @Test
  void damage_is_found_by_verifying_and_is_not_restored() {
    damageIsFound(SMALL.withEngine("bplustree").withBackup(ARCHIVED), "");
    damageIsFound(SEPARATED, ".values");
  }

  /// @param files which of the files of both backups are damaged
  private static void damageIsFound(Options options, String files) {
    var world = opened(options);
    write(world, 20);
    backup(world, "full");
    write(world, 3);
    backup(world, "next", "full");
    for (var path : world.disk().paths()) {
      if (path.startsWith(StoreWorld.BACKUPS)
          && path.endsWith(files)
          && !path.endsWith(Folder.UNFINISHED)) {
        int middle = world.disk().content(path).length / 2;
        world.disk().flipBit(path, middle, 2);
        assertThatThrownBy(() -> verify(world, "next"))
            .as(path)
            .isInstanceOf(CorruptionError.class)
            .hasMessageContaining(path.substring(path.lastIndexOf('/') + 1));
        assertThatThrownBy(() -> world.restored("next", false, Until.NEWEST))
            .isInstanceOf(CorruptionError.class);
        world.disk().flipBit(path, middle, 2);
      }
    }
    verify(world, "next");
    world.folder(StoreWorld.BACKUPS).in("full").in(BackupSeal.FILES).remove();
    assertThatThrownBy(() -> verify(world, "next"))
        .isInstanceOf(CorruptionError.class)
        .hasMessageContaining("it is missing");
  }

  @Test
  void a_base_that_is_gone_or_another_one_is_told() {
    var world = opened(SMALL);
    write(world, 3);
    backup(world, "full");
    backup(world, "next", "full");
    assertThatThrownBy(() -> world.backup("full", null))
        .isInstanceOf(FileException.class)
        .hasMessageContaining("cannot make a backup in n:backups/full");
    assertThatThrownBy(() -> world.backup("other", "nonesuch"))
        .isInstanceOf(ConcordException.class)
        .hasMessageContaining("there is no backup n:backups/nonesuch");

    var full = world.folder(StoreWorld.BACKUPS).in("full");
    full.discard(BackupSeal.NAME);
    assertThatThrownBy(() -> verify(world, "next"))
        .isInstanceOf(CorruptionError.class)
        .hasMessageContaining(
            "next is based on full, and there is no complete backup n:backups/full");
    assertThatThrownBy(() -> verify(world, "full"))
        .isInstanceOf(ConcordException.class)
        .hasMessageContaining("there is no complete backup in n:backups/full");

    full.in(BackupSeal.FILES).remove();
    backup(world, "full");
    assertThatThrownBy(() -> verify(world, "next"))
        .isInstanceOf(CorruptionError.class)
        .hasMessageContaining("based on another full");
  }

  @Test
  void a_backup_of_another_store_is_no_base_and_its_archive_not_ours() {
    var world = opened(SMALL.withBackup(ARCHIVED));
    write(world, 3);
    backup(world, "full");
    write(world, 3);
    var folder = world.folder("");
    var file = StoreFile.read(folder.files(), StoreFile.NAME);
    world.simulation.kill("n");
    var files = world.simulation.env("n").files();
    new StoreFile(file.id() + 1, file.current(), null).write(files, "");

    assertThatThrownBy(() -> world.open(_ -> {}))
        .isInstanceOfSatisfying(
            ConcordException.class,
            refused -> assertThat(refused.code()).isEqualTo(ErrorCode.BAD_SETTING))
        .hasMessageContaining("the archive in n:archive is that of another store");
    var other = world.with(SMALL);
    assertThat(other.open(_ -> {})).isTrue();
    assertThatThrownBy(() -> other.backup("next", "full"))
        .isInstanceOf(ConcordException.class)
        .hasMessageContaining("is that of another store");
  }

  @Test
  void an_archive_that_cannot_be_written_stops_writes_only_at_its_bound_and_loses_nothing() {
    var world = opened(SMALL.withEngine("hash").withBackup(ARCHIVED));
    backup(world, "empty");
    world.disk().failWrites("archive/", Integer.MAX_VALUE);
    var refused = new ArrayList<Outcome.Refused>();
    while (refused.isEmpty()) {
      int number = world.contents.size();
      world.submit(
          noise(number),
          Claims.NONE,
          outcome -> {
            if (outcome instanceof Outcome.Refused no) {
              refused.add(no);
            }
          });
      if (refused.isEmpty()) {
        world.runFor(Duration.ofMillis(60));
      }
      if (refused.isEmpty()) {
        var next = new TreeMap<>(world.contents.getLast());
        noise(number).changes().forEach(change -> put(next, change));
        world.contents.add(next);
      }
      assertThat(number).isLessThan(200);
    }
    assertThat(refused.getFirst().why().code()).isEqualTo(ErrorCode.NO_SPACE);
    assertThat(refused.getFirst().why())
        .hasMessageContaining("are not in the archive, as much as archive-lag-bytes allows")
        .hasMessageContaining("archive/archiving.new");
    assertThat(world.contents).hasSizeGreaterThan(40);
    assertThat(world.store().history().state().orElseThrow().failure()).isPresent();

    world.disk().failWrites("", 0);
    world.runFor(Duration.ofMinutes(2));
    write(world, 3);
    world.runFor(LONG);
    assertThat(world.store().history().state().orElseThrow().failure()).isEmpty();
    var restored = world.restored("empty", true, Until.NEWEST);
    assertThat(restored.content()).isEqualTo(world.contents.getLast());
    // And the log was trimmed again.
    long log = world.disk().paths().stream().filter(path -> path.endsWith(".seg")).count();
    assertThat(log).isLessThan(20);
  }

  private static void put(Map<Bytes, Bytes> content, WriteBatch.Change change) {
    if (change instanceof WriteBatch.Change.Put(var key, var value)) {
      content.put(key, value);
    }
  }

  @Test
  void what_is_missing_in_the_archive_is_told_by_its_numbers() {
    var world = opened(SMALL.withEngine("hash").withBackup(ARCHIVED));
    backup(world, "empty");
    write(world, 60);
    world.runFor(LONG);
    var archive = Archive.of(world.folder("archive"));
    var pieces = archive.pieces();
    assertThat(pieces).hasSizeGreaterThan(5);
    var gone = pieces.get(2);
    archive.folder().discard(gone.name());

    assertThatThrownBy(() -> world.restored("empty", true, Until.NEWEST))
        .isInstanceOf(CorruptionError.class)
        .hasMessageContaining(
            "the commits %d to %d are missing in n:archive: restore up to commit %d"
                .formatted(gone.first(), gone.last(), gone.first() - 1));
    var before = world.restored("empty", true, Until.commit(gone.first() - 1));
    assertThat(before.content()).isEqualTo(world.contents.get((int) gone.first() - 1));
    assertThatThrownBy(() -> world.backup("next", "empty"))
        .isInstanceOf(ConcordException.class)
        .hasMessageContaining("make a full backup");
  }

  @Test
  void a_commit_or_time_that_cannot_be_had_is_told() {
    var world = opened(SMALL.withBackup(ARCHIVED));
    var start = world.wall();
    write(world, 10);
    backup(world, "full");
    assertThatThrownBy(() -> world.restored("full", true, Until.commit(7)))
        .isInstanceOf(ConcordException.class)
        .hasMessageContaining("has all commits up to 10, and cannot go back to 7");
    assertThatThrownBy(() -> world.restored("full", true, Until.time(start)))
        .isInstanceOf(ConcordException.class)
        .hasMessageContaining("cannot go back to " + start);
    assertThatThrownBy(() -> world.restored("full", true, Until.commit(11)))
        .isInstanceOf(ConcordException.class)
        .hasMessageContaining("what there is ends with commit 10");
  }

  @Test
  void an_archive_is_pruned_up_to_a_backup() {
    var world = opened(SMALL.withEngine("hash").withBackup(ARCHIVED));
    write(world, 30);
    var full = backup(world, "full");
    write(world, 30);
    world.runFor(LONG);
    var archive = Archive.of(world.folder("archive"));
    int before = archive.pieces().size();
    int removed = archive.prune(full.to());
    assertThat(removed).isBetween(1, before - 1);
    assertThat(archive.pieces().getFirst().last()).isGreaterThan(full.to());
    var restored = world.restored("full", true, Until.NEWEST);
    assertThat(restored.content()).isEqualTo(world.contents.getLast());
  }

  @Test
  void a_restored_store_does_not_write_to_the_archive_of_the_old_one() {
    var world = opened(SMALL.withBackup(ARCHIVED));
    write(world, 3);
    backup(world, "full");
    var restored = world.restored("full", false, Until.NEWEST);
    long id = StoreFile.read(restored.folder("").files(), StoreFile.NAME).id();
    assertThat(id).isNotEqualTo(StoreFile.read(world.folder("").files(), StoreFile.NAME).id());
  }

  @Test
  void the_files_have_the_bytes_of_the_format() {
    var world = new StoreWorld(1, SMALL);
    world.open(_ -> {});
    var folder = world.folder("formats");
    var _ = Archive.open(folder, 0x0102030405060708L);
    assertThat(hex(world, "formats/ARCHIVE"))
        .isEqualTo("434b4152" + "00000001" + "0102030405060708" + "4d0f67f1");

    var group = new GroupRecord(7, 1000);
    group.add(new WriteBatch().delete(Bytes.of("c")));
    try (var writer = new LogFile.Writer(folder, Archive.UNFINISHED, 5)) {
      writer.add(group.finish());
      assertThat(writer.finish()).isEqualTo(new LogFile(7, 7));
    }
    assertThat(hex(world, "formats/00000000000000000007-00000000000000000007.log"))
        .isEqualTo(
            "434b4c46"
                + "00000001"
                + "0000000000000005"
                + "01"
                + "03"
                + "00000018"
                + "0000000000000007"
                + "00000000000003e8"
                + "00000001"
                + "01000163"
                + "1f03e589"
                + "00"
                + "0000000000000007"
                + "0000000000000007"
                + "00000000000003e8"
                + "1d8d4aba");

    var file = new BackupSeal.Stored("CURRENT", 9, Bytes.wrap(new byte[32]), false);
    var settings = new TreeMap<>(Map.of("a", "b"));
    var base = new BackupSeal.Base("mon", 3);
    new BackupSeal(1, 5, BackupInfo.Kind.FILES, base, "lsm", settings, 7, 9, 1000, List.of(file))
        .write(folder);
    assertThat(hex(world, "formats/BACKUP"))
        .isEqualTo(
            "434b4255"
                + "00000001"
                + "0000000000000001"
                + "0000000000000005"
                + "01"
                + "01"
                + "036d6f6e"
                + "0000000000000003"
                + "036c736d"
                + "01"
                + "0161"
                + "0162"
                + "0000000000000007"
                + "0000000000000009"
                + "00000000000003e8"
                + "01"
                + "0743555252454e54"
                + "0000000000000009"
                + "00".repeat(32)
                + "00"
                + "84c62632");
    assertThat(BackupSeal.read(world.folder(""), "formats").files()).containsExactly(file);
    assertThat(BackupSeal.read(world.folder(""), "formats").info("tue").time())
        .isEqualTo(Instant.ofEpochMilli(1000));
  }

  private static String hex(StoreWorld world, String path) {
    return HexFormat.of().formatHex(world.disk().content(path));
  }
}
