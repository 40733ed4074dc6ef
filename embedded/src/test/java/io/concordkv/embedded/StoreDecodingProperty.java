package io.concordkv.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordkv.base.ByteWriter;
import io.concordkv.base.Bytes;
import io.concordkv.base.CorruptionError;
import io.concordkv.base.Crc32c;
import io.concordkv.base.env.FileSystem;
import io.concordkv.embedded.StoreFile.Place;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.View;
import io.concordkv.storage.engine.WriteBatch;
import io.concordkv.storage.wal.Wal;
import io.concordkv.storage.wal.WalRecord;
import io.concordkv.testkit.Fuzz;
import io.concordkv.testkit.SimEnv;
import io.concordkv.testkit.Simulation;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// The files of a store, its archive and its backups in another form, under checksums that are
/// right.
final class StoreDecodingProperty {
  private static final Store.Audience NOBODY =
      new Store.Audience() {
        @Override
        public void publish(View view, long sequence, Runnable closed) {
          view.close();
          closed.run();
        }

        @Override
        public boolean hasTransactions() {
          return false;
        }
      };

  private final SimEnv env = new Simulation(1).env("n1");
  private final FileSystem files = env.files();

  @Test
  void another_file_of_a_store_is_refused_or_read_as_it_is() {
    new StoreFile(7, new Place("lsm", 3), new Place("array", 4)).write(files, "");
    var valid = withoutChecksum(StoreFile.NAME);
    Fuzz.check(
        3000,
        List.of(valid),
        damaged -> {
          writeSealed(StoreFile.NAME, damaged);
          return StoreFile.read(files, StoreFile.NAME);
        });
  }

  @Test
  void a_store_in_a_directory_with_a_negative_number_is_damage() {
    new StoreFile(7, new Place("lsm", -1), null).write(files, "");
    assertThatThrownBy(() -> StoreFile.read(files, StoreFile.NAME))
        .isInstanceOf(CorruptionError.class)
        .hasMessageContaining(StoreFile.NAME);
  }

  @Test
  void another_seal_of_a_backup_is_refused_or_read_as_it_is() {
    var parent = new Folder(files, "backups");
    var folder = parent.in("b");
    folder.make();
    seal("000.sst", new BackupSeal.Base("a", 1)).write(folder);
    var path = folder.at(BackupSeal.NAME);
    var valid = withoutChecksum(path);
    Fuzz.check(
        3000,
        List.of(valid),
        damaged -> {
          writeSealed(path, damaged);
          return BackupSeal.read(parent, "b");
        });
  }

  /// A restore would write to that file.
  @Test
  void a_seal_that_names_a_file_elsewhere_is_damage() {
    var parent = new Folder(files, "backups");
    var folder = parent.in("b");
    folder.make();
    for (var name : List.of("../../STORE", "..", ".", "", "a/b", "a\\b")) {
      seal(name, null).write(folder);
      assertThatThrownBy(() -> BackupSeal.read(parent, "b")).isInstanceOf(CorruptionError.class);
      if (!name.isEmpty()) {
        seal("000.sst", new BackupSeal.Base(name, 1)).write(folder);
        assertThatThrownBy(() -> BackupSeal.read(parent, "b"))
            .isInstanceOf(CorruptionError.class)
            .hasMessageContaining(BackupSeal.NAME);
      }
    }
    seal("000.sst", null).write(folder);
    assertThat(BackupSeal.read(parent, "b").files()).hasSize(1);
  }

  private static BackupSeal seal(String file, BackupSeal.@Nullable Base base) {
    var settings = new TreeMap<String, String>();
    settings.put("memtable-bytes", "1000000");
    var stored = new BackupSeal.Stored(file, 99, Bytes.wrap(new byte[32]), true);
    return new BackupSeal(
        2, 3, BackupInfo.Kind.FILES, base, "lsm", settings, 1, 9, 1000, List.of(stored));
  }

  @Test
  void another_piece_of_a_log_is_refused_or_read_as_it_is() {
    var folder = new Folder(files, "archive");
    folder.make();
    var group = group(7);
    Fuzz.check(
        2000,
        List.of(group.payload()),
        payload -> {
          var out = new ByteWriter().u32(0x434B4C46).u32(1).u64(5);
          int from = out.size();
          out.u8(1).u8(group.kind()).u32(payload.length()).raw(payload).u32(out.crc(from));
          from = out.size();
          out.u8(0).u64(7).u64(8).u64(1).u32(out.crc(from));
          var piece = new LogFile(7, 8);
          write(folder.at(piece.name()), out.finish());
          var batches = new ArrayList<WriteBatch>();
          try (var reader = new LogFile.Reader(folder, piece, 5)) {
            for (var next = reader.next(); next != null; next = reader.next()) {
              next.read(batches::add);
            }
          }
          return batches;
        });
  }

  @Test
  void a_group_in_the_log_in_another_form_is_refused_or_read_as_it_is() {
    var group = group(1);
    Fuzz.check(
        300,
        List.of(group.payload(), group(2).payload()),
        payload -> {
          var simulation = new Simulation(1);
          log(simulation, new WalRecord(0, group.kind(), payload));
          var store = Store.open(simulation.env("n1"), Options.DEFAULT.withEngine("array"), NOBODY);
          return store.count();
        });
  }

  @Test
  void commits_with_numbers_that_there_are_not_are_damage() {
    for (long first : new long[] {0, -1, Long.MIN_VALUE, Long.MAX_VALUE}) {
      var simulation = new Simulation(1);
      log(simulation, group(first));
      assertThatThrownBy(
              () -> Store.open(simulation.env("n1"), Options.DEFAULT.withEngine("array"), NOBODY))
          .isInstanceOf(CorruptionError.class);
    }
  }

  private static WalRecord group(long first) {
    var group = new GroupRecord(first, 1000);
    group.add(new WriteBatch().put(Bytes.of("a"), Bytes.of("one")).delete(Bytes.of("b")));
    group.add(new WriteBatch().deleteRange(new KeyRange(Bytes.of("c"), null)));
    return group.finish();
  }

  private static void log(Simulation simulation, WalRecord record) {
    var env = simulation.env("n1");
    var wal = Wal.open(env, Store.LOG, Options.DEFAULT.withEngine("array").log(1 << 20), _ -> {});
    wal.sync(wal.append(record), () -> {});
    simulation.runFor(Duration.ofSeconds(1));
    wal.close();
    env.kill();
  }

  private Bytes withoutChecksum(String path) {
    try (var file = files.open(path, FileSystem.Mode.READ)) {
      var content = ByteBuffer.allocate((int) file.size());
      file.read(0, content);
      return Bytes.wrap(content.array(), 0, content.capacity() - 4);
    }
  }

  private void writeSealed(String path, Bytes content) {
    write(path, new ByteWriter().raw(content).u32(Crc32c.of(content)).finish());
  }

  private void write(String path, Bytes content) {
    try (var file = files.open(path, FileSystem.Mode.WRITE)) {
      file.truncate(0);
      file.write(0, content.toByteBuffer());
    }
  }
}
