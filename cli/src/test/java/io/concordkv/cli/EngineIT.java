package io.concordkv.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordkv.base.Bytes;
import io.concordkv.base.ConcordException;
import io.concordkv.embedded.BackupOptions;
import io.concordkv.embedded.ConcordDb;
import io.concordkv.embedded.Options;
import io.concordkv.embedded.PreparedTable;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.WriteBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `concord engine`, as a person would run it.
final class EngineIT {
  private static final Path ROOT = Path.of(System.getProperty("concord.root", "..")).normalize();
  private static final int PAIRS = 200_000;
  private static final int BATCH = 10_000;

  @TempDir private Path directory;

  private Path store() {
    return directory.resolve("store");
  }

  private List<String> command(String... words) {
    var command = new ArrayList<String>();
    command.add(ROOT.resolve("bin/concord").toString());
    command.add("engine");
    command.addAll(List.of(words));
    return command;
  }

  private Ran engine(String... words) {
    return Ran.program(Map.of(), "", command(words));
  }

  private List<String> move(String from, String to) {
    return command("migrate", "--from=" + from, "--to=" + to, store().toString());
  }

  private void fill() {
    try (var db = ConcordDb.open(store(), Options.DEFAULT)) {
      for (int i = 0; i < PAIRS; i += BATCH) {
        var batch = new WriteBatch();
        for (int j = i; j < i + BATCH; j++) {
          batch.put(Bytes.of("key-" + j), Bytes.of("value-" + j));
        }
        db.write(batch);
      }
    }
  }

  private long count(String engine) {
    try (var db = ConcordDb.open(store(), Options.DEFAULT.withEngine(engine))) {
      assertThat(db.get(Bytes.of("key-" + (PAIRS - 1))))
          .isEqualTo(Bytes.of("value-" + (PAIRS - 1)));
      return db.count(KeyRange.ALL);
    }
  }

  @Test
  void engines_are_listed_and_what_can_be_set_of_them() {
    var list = engine("list");
    assertThat(list.exit()).isZero();
    assertThat(list.out())
        .contains("lsm", "bplustree", "array", "redblack", "hash", "skiplist", "jsonfile");
    assertThat(engine("show", "lsm").out()).contains("memtable-bytes");
    var unknown = engine("show", "nonesuch");
    assertThat(unknown.exit()).isEqualTo(1);
    assertThat(unknown.err()).contains("there is no engine 'nonesuch'", "bplustree");
  }

  @Test
  void a_store_moves_there_and_back_and_mistakes_change_nothing() {
    fill();
    assertThat(engine("migrate", "--from=lsm", "--to=bplustree", directory.toString()).err())
        .contains("is not the directory of an embedded store");
    var wrong = Ran.program(Map.of(), "", move("hash", "bplustree"));
    assertThat(wrong.exit()).isEqualTo(1);
    assertThat(wrong.err()).contains("kept by the engine 'lsm', not by 'hash'");
    var refused = Ran.program(Map.of(), "", move("lsm", "nonesuch"));
    assertThat(refused.exit()).isEqualTo(1);
    assertThat(refused.err()).contains("there is no engine 'nonesuch'");

    var there = Ran.program(Map.of(), "", move("lsm", "bplustree"));
    assertThat(there)
        .isEqualTo(new Ran(0, "moved " + PAIRS + " pairs from lsm to bplustree\n", ""));
    assertThat(count("bplustree")).isEqualTo(PAIRS);
    assertThat(Ran.program(Map.of(), "", move("bplustree", "lsm")).exit()).isZero();
    assertThat(count("lsm")).isEqualTo(PAIRS);
  }

  @Test
  void a_move_that_is_killed_half_way_loses_nothing() throws Exception {
    fill();
    var names = List.of("lsm", "bplustree");
    for (int i = 0; i < 5; i++) {
      var from = engineOf();
      var to = names.get(1 - names.indexOf(from));
      killed(move(from, to), 250 + 250 * i);
      assertThat(count(engineOf())).isEqualTo(PAIRS);
    }
  }

  @Test
  void prepared_tables_come_into_a_store_and_what_is_none_does_not() throws Exception {
    try (var db = ConcordDb.open(store(), Options.DEFAULT)) {
      db.put(Bytes.of("b"), Bytes.of("old"));
      db.put(Bytes.of("z"), Bytes.of("old"));
    }
    var files = List.of(directory.resolve("one"), directory.resolve("two"));
    for (var file : files) {
      try (var table = PreparedTable.create(file)) {
        table.put(Bytes.of(file.endsWith("one") ? "a" : "c"), Bytes.of("new"));
        table.put(Bytes.of(file.endsWith("one") ? "b" : "d"), Bytes.of("new"));
        table.finish();
      }
    }
    var store = store().toString();
    var names = files.stream().map(Path::toString).toList();
    assertThat(engine("ingest", store, names.get(0), names.get(1)))
        .isEqualTo(new Ran(0, "took in 2 tables\n", ""));
    try (var db = ConcordDb.open(store(), Options.DEFAULT)) {
      assertThat(db.count(KeyRange.ALL)).isEqualTo(5);
      assertThat(db.get(Bytes.of("b"))).isEqualTo(Bytes.of("new"));
      assertThat(db.get(Bytes.of("z"))).isEqualTo(Bytes.of("old"));
    }
    var twice = engine("ingest", store, names.get(0), names.get(0));
    assertThat(twice.exit()).isEqualTo(1);
    assertThat(twice.err()).contains("overlap");
    var none = engine("ingest", store, store + "/STORE");
    assertThat(none.exit()).isEqualTo(3);
    assertThat(none.err()).contains("STORE", "no prepared table");
    assertThat(engine("ingest", store, directory + "/nothing").exit()).isEqualTo(6);
    assertThat(engine("ingest", directory.toString(), names.get(0)).err())
        .contains("is not the directory of an embedded store");
  }

  @Test
  void a_damaged_store_is_noticed_and_what_is_whole_of_it_is_saved() throws Exception {
    fill();
    var store = store().toString();
    var good = engine("verify", store);
    assertThat(good.exit()).isZero();
    assertThat(good.out()).startsWith("lsm: ").contains("nothing is damaged");
    var copy = directory.resolve("copy").toString();
    var whole = engine("repair", store, "--to", copy, "-o", "json");
    assertThat(whole.exit()).isZero();
    assertThat(whole.out()).contains("\"engine\":\"lsm\"", "\"damaged\":0", "\"lost\":0");
    assertThat(engine("repair", store, "--to", copy).exit()).isEqualTo(6);
    try (var db = ConcordDb.open(Path.of(copy), Options.DEFAULT)) {
      assertThat(db.count(KeyRange.ALL)).isEqualTo(PAIRS);
    }

    var segment = first(store().resolve("log"));
    try (var file = FileChannel.open(segment, StandardOpenOption.WRITE)) {
      file.write(ByteBuffer.wrap(new byte[] {1, 2, 3, 4}), 5000);
    }
    var bad = engine("verify", store, "-o", "json");
    assertThat(bad.exit()).isEqualTo(3);
    assertThat(bad.out()).contains("damaged file log/", "at offset");
    var saved = directory.resolve("saved");
    var repaired = engine("repair", store, "--to", saved.toString());
    assertThat(repaired.exit()).isEqualTo(3);
    assertThat(repaired.out()).contains("damaged file log/", "commits of the log");
    try (var db = ConcordDb.open(saved, Options.DEFAULT)) {
      assertThat(db.count(KeyRange.ALL)).isLessThan(PAIRS);
    }
    assertThat(engine("verify", directory.toString()).err()).contains("name the engine");
    assertThat(engine("verify", directory + "/nothing").exit()).isEqualTo(6);
    assertThat(engine("verify", store, "-o", "table").exit()).isEqualTo(4);
    assertThat(engine("verify", "--engine=lsm", store + "/engine").exit()).isZero();
  }

  private static Path first(Path directory) throws IOException {
    try (var files = Files.list(directory)) {
      return files
          .filter(each -> each.toString().endsWith(".seg"))
          .sorted()
          .findFirst()
          .orElseThrow();
    }
  }

  private static Process started(List<String> command) throws IOException {
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  /// The one of the two that opens it.
  private String engineOf() {
    try (var _ = ConcordDb.open(store(), Options.DEFAULT)) {
      return "lsm";
    } catch (ConcordException other) {
      assertThat(other).hasMessageContaining("kept by the engine 'bplustree'");
      return "bplustree";
    }
  }

  private Path backup(String name) {
    return directory.resolve("backups").resolve(name);
  }

  private Ran restore(String backup, String... more) {
    var words = new ArrayList<>(List.of("restore", backup(backup).toString()));
    words.add(directory.resolve("restored").toString());
    words.addAll(List.of(more));
    return engine(words.toArray(String[]::new));
  }

  /// How many pairs there are in what was restored, which is removed then.
  private long restored() throws IOException {
    var made = directory.resolve("restored");
    try (var db = ConcordDb.open(made, Options.DEFAULT)) {
      return db.count(KeyRange.ALL);
    } finally {
      try (var paths = Files.walk(made)) {
        for (var path : paths.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
  }

  @Test
  void a_store_is_backed_up_and_restored_to_a_commit_and_a_time() throws IOException {
    var archive = directory.resolve("archive");
    var options = Options.DEFAULT.withBackup(BackupOptions.DEFAULT.withArchive(archive));
    try (var db = ConcordDb.open(store(), options)) {
      db.put(Bytes.of("a"), Bytes.of("1"));
    }
    var mon = "--archive=" + archive;
    var made = engine("backup", mon, store().toString(), backup("mon").toString());
    assertThat(made.err()).isEmpty();
    assertThat(made.succeeded()).startsWith("made mon of ").endsWith("the commits 1 to 1\n");
    Instant between;
    try (var db = ConcordDb.open(store(), options)) {
      db.put(Bytes.of("b"), Bytes.of("1"));
      between = Instant.now();
      // Times in the log are those of milliseconds.
      while (Instant.now().toEpochMilli() <= between.toEpochMilli()) {
        Thread.onSpinWait();
      }
      db.put(Bytes.of("c"), Bytes.of("1"));
    }
    // What the store was left with is archived after the next opening.
    var base = "--base=" + backup("mon");
    var tue = engine("backup", mon, base, store().toString(), backup("tue").toString());
    assertThat(tue.succeeded()).endsWith("the commits 2 to 3, based on mon\n");

    var list = engine("backups", "--verify", directory.resolve("backups").toString()).succeeded();
    assertThat(list).contains("NAME", "COMMITS", "mon", "full", "1-1", "tue", "files", "2-3");
    assertThat(list).contains("verified");

    assertThat(restore("tue").succeeded()).contains("up to commit 3, kept by the engine lsm");
    assertThat(restored()).isEqualTo(3);
    assertThat(restore("mon").exit()).isZero();
    assertThat(restore("mon").err()).contains("cannot restore to");
    assertThat(restored()).isEqualTo(1);
    awaitArchived(options, 3);
    assertThat(restore("mon", mon, "--until-commit=2").succeeded()).contains("up to commit 2");
    assertThat(restored()).isEqualTo(2);
    assertThat(restore("mon", mon, "--until-time=" + between).succeeded())
        .contains("up to commit 2");
    assertThat(restored()).isEqualTo(2);
    assertThat(restore("mon", mon).succeeded()).contains("up to commit 3");
    assertThat(restored()).isEqualTo(3);

    assertThat(restore("mon", "--until-time=noon").err()).contains("'noon' is no time");
    assertThat(restore("mon", "--until-time=" + between, "--until-commit=1").err())
        .contains("not both");
    assertThat(restore("tue", "--until-commit=1").err()).contains("restore an older one");
    assertThat(restore("wed").err()).contains("there is no backup");
    assertThat(engine("prune", archive.toString(), backup("tue").toString()).succeeded())
        .startsWith("removed ");

    Files.move(backup("mon").resolve("BACKUP"), backup("mon").resolve("BACKUP.new"));
    assertThat(restore("tue").exit()).isEqualTo(3);
    var broken = engine("backups", directory.resolve("backups").toString());
    assertThat(broken.exit()).isEqualTo(3);
    assertThat(broken.out()).contains("it was never completed", "tue is based on mon");
    assertThat(engine("backup", "--help").out()).contains("--base", "--rate", "ConcordDb.backup");
  }

  private void awaitArchived(Options options, long commit) {
    try (var db = ConcordDb.open(store(), options)) {
      while (db.archiveState().orElseThrow().commit() < commit) {
        Thread.onSpinWait();
      }
    }
  }

  @Test
  void a_backup_that_is_killed_half_way_is_none_and_is_begun_again() throws Exception {
    fill();
    var words =
        new String[] {"backup", "--rate=131072", store().toString(), backup("one").toString()};
    for (int i = 0; i < 4; i++) {
      killed(command(words), 400 + 400 * i);
      assertThat(count("lsm")).isEqualTo(PAIRS);
      if (Files.exists(backup("one"))) {
        assertThat(restore("one").exit()).isNotZero();
      }
    }
    words[1] = "--rate=1073741824";
    assertThat(engine(words).exit()).isZero();
    assertThat(restore("one").exit()).isZero();
    assertThat(restored()).isEqualTo(PAIRS);
  }

  @Test
  void a_restore_that_is_killed_half_way_leaves_no_store_and_is_begun_again() throws Exception {
    fill();
    assertThat(engine("backup", store().toString(), backup("one").toString()).exit()).isZero();
    var target = directory.resolve("restored");
    var words = command("restore", backup("one").toString(), target.toString());
    for (int i = 0; i < 5; i++) {
      killed(words, 250 + 60 * i);
      if (Files.exists(target)) {
        assertThat(restored()).isEqualTo(PAIRS);
      }
    }
    assertThat(restore("one").exit()).isZero();
    assertThat(restored()).isEqualTo(PAIRS);
  }

  private static void killed(List<String> command, long millis) throws Exception {
    var process = started(command);
    if (!process.waitFor(millis, TimeUnit.MILLISECONDS)) {
      process.destroyForcibly().waitFor();
    }
  }
}
