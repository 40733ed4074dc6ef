package io.concordkv.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordkv.base.Bytes;
import io.concordkv.base.ConcordException;
import io.concordkv.embedded.ConcordDb;
import io.concordkv.embedded.Options;
import io.concordkv.embedded.PreparedTable;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.WriteBatch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
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
      var process = started(move(from, to));
      if (!process.waitFor(250 + 250 * i, TimeUnit.MILLISECONDS)) {
        process.destroyForcibly().waitFor();
      }
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
}
