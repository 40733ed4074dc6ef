package io.concordkv.storage.engine.jsonfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordkv.base.Bytes;
import io.concordkv.base.ConcordException;
import io.concordkv.base.CorruptionError;
import io.concordkv.base.ErrorCode;
import io.concordkv.base.env.FileSystem;
import io.concordkv.storage.engine.Engine;
import io.concordkv.storage.engine.EngineContract;
import io.concordkv.storage.engine.Engines;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.Order;
import io.concordkv.storage.engine.WriteBatch;
import io.concordkv.testkit.Fuzz;
import io.concordkv.testkit.PowerCut;
import io.concordkv.testkit.SimEnv;
import io.concordkv.testkit.Simulation;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class JsonEngineTest extends EngineContract {
  private static final String FILE = "engine/engine.json";

  private final Simulation simulation = new Simulation(1);
  private SimEnv env = simulation.env("n1");

  @Test
  void a_damaged_file_is_refused_or_read_as_another() {
    var engine = open("engine");
    engine.write(new WriteBatch().put(key("a"), key("\u00e4\n")).put(key("b"), key("")).mark(7));
    engine.put(Bytes.wrap(new byte[] {0, -1}), key("x"));
    engine.sync();
    var valid = Bytes.wrap(simulation.disk("n1").content(FILE));
    var unchecked = valid.toUtf8().replaceFirst("\"crc32c\": *\"[0-9a-f]*\",?", "");
    Fuzz.check(
        5000, List.of(valid, Bytes.of(unchecked)), bytes -> new JsonReader(FILE, bytes).read());
  }

  @Override
  protected Engine open(String directory) {
    return Engines.installed().open(env, "jsonfile", directory, Map.of());
  }

  @Override
  protected void settle() {
    simulation.runFor(Duration.ofMinutes(1));
  }

  @Test
  void the_file_is_what_a_person_expects() {
    engine.write(
        new WriteBatch()
            .put(key("colour"), key("blue \"ish\"\n"))
            .put(key("größe"), Bytes.EMPTY)
            .put(Bytes.wrap(new byte[] {(byte) 0xFF, 0}), key("binary"))
            .mark(7));
    engine.sync();
    assertThat(text())
        .isEqualTo(
            """
            {
              "format": "concordkv-jsonfile 1",
              "crc32c": "f2675a58",
              "mark": 7,
              "pairs": [
                {"key": "colour", "value": "blue \\"ish\\"\\n"},
                {"key": "größe", "value": ""},
                {"key64": "/wA=", "value": "binary"}
              ]
            }
            """);
    reopen();
    assertThat(engine.mark()).isEqualTo(7);
    assertThat(engine.get(key("colour"))).isEqualTo(key("blue \"ish\"\n"));
    assertThat(engine.get(key("größe"))).isEqualTo(Bytes.EMPTY);
    assertThat(engine.get(Bytes.wrap(new byte[] {(byte) 0xFF, 0}))).isEqualTo(key("binary"));
    assertThat(engine.count()).isEqualTo(3);
  }

  @Test
  void a_person_may_write_it_without_a_checksum() {
    write(
        """
        { "format" : "concordkv-jsonfile 1", "mark":3, "pairs":[
          {"key":"b","value":"\\u0041\\ud83d\\ude00"},{"key64":"YQ==","value64":""} ] }
        """);
    assertThat(pairs(engine, KeyRange.ALL, Order.ASCENDING)).containsExactly("a=", "b=A😀");
    assertThat(engine.durableMark()).isEqualTo(3);
  }

  @Test
  void what_is_wrong_is_said_with_its_place() {
    var start = "{\"format\": \"concordkv-jsonfile 1\",\n\"mark\": 1, \"pairs\": [\n";
    damaged("[]", "line 1: expected '{'", "offset 0");
    damaged("{\"format\": \"etcd\"}", "offset 10", "the format is not");
    damaged(
        start + "{\"key\": \"a\", \"value\": \"1\"},\n{\"key\": \"a\", \"value\": \"2\"}]}",
        "line 4",
        "the key a is there twice");
    damaged(start + "{\"key\": \"a\", \"valeu\": \"1\"}]}", "line 3", "found \"valeu\"");
    damaged(start + "{\"key\": \"a\", \"value64\": \"?\"}]}", "no Base64");
    damaged(start + "{\"key\": \"\\ud800\", \"value\": \"1\"}]}", "half of a character");
    damaged(start + "{\"key\": \"a", "a string without an end");
    damaged(start + "]} x", "something follows the end");
    damaged(start.replace("1,", "-1,") + "]}", "expected a number");
    damaged("", "expected '{'");
  }

  @Test
  void a_flipped_bit_anywhere_is_noticed_or_changes_nothing() {
    for (int i = 0; i < 6; i++) {
      put("key-" + i, "value-" + i);
    }
    engine.sync();
    var expected = pairs(engine, KeyRange.ALL, Order.ASCENDING);
    engine.close();
    var disk = simulation.disk("n1");
    int length = disk.content(FILE).length;
    int noticed = 0;
    for (int i = 0; i < length * 8; i++) {
      disk.flipBit(FILE, i / 8, i % 8);
      try (var flipped = JsonEngine.open(env, "engine", 1 << 20)) {
        assertThat(pairs(flipped, KeyRange.ALL, Order.ASCENDING)).isEqualTo(expected);
        assertThat(flipped.mark()).isZero();
      } catch (CorruptionError damage) {
        noticed++;
      }
      disk.flipBit(FILE, i / 8, i % 8);
    }
    assertThat(noticed).isGreaterThan(length * 8 - 200);
    engine = open();
  }

  @Test
  void it_refuses_to_grow_past_its_size() {
    engine.close();
    engine = Engines.installed().open(env, "jsonfile", "engine", Map.of("max-bytes", "1KiB"));
    put("a", "1");
    put("large", "x".repeat(700));
    var batch = new WriteBatch().put(key("b"), key("2")).put(key("more"), key("y".repeat(200)));
    assertThatThrownBy(() -> engine.write(batch))
        .isInstanceOfSatisfying(
            ConcordException.class,
            refusal -> assertThat(refusal.code()).isEqualTo(ErrorCode.NO_SPACE))
        .hasMessageContaining("1024")
        .hasMessageContaining("engine/engine.json");
    assertThat(engine.get(key("b"))).as("all or nothing").isNull();
    engine.write(new WriteBatch().delete(key("large")).put(key("more"), key("y".repeat(200))));
    engine.sync();
    assertThat(simulation.disk("n1").content(FILE).length).isLessThanOrEqualTo(1024);
    var replacement = engine.replacement();
    replacement.add(key("a"), key("z".repeat(700)));
    assertThatThrownBy(() -> replacement.add(key("b"), key("z".repeat(700))))
        .isInstanceOf(ConcordException.class);
    replacement.abandon();
  }

  @Test
  void a_save_that_comes_late_does_not_bring_back_what_was() {
    put("a", "1");
    put("b", "2");
    engine.sync();
    settle();
    reopen();
    assertThat(pairs(engine, KeyRange.ALL, Order.ASCENDING)).containsExactly("a=1", "b=2");
  }

  @Test
  void a_power_cut_at_any_moment_leaves_one_content_or_the_next() {
    engine.close();
    for (int at = 1; at < 60; at++) {
      for (int draw = 0; draw < 3; draw++) {
        var world = new Simulation(1000 * at + draw);
        long durable = 0;
        try {
          var victim = JsonEngine.open(world.env("n"), "engine", 1 << 20);
          world.disk("n").powerCutAtOperation(at);
          for (int i = 1; i <= 40; i++) {
            victim.write(content(i));
            world.runFor(Duration.ofMillis(2));
            durable = victim.durableMark();
          }
        } catch (PowerCut cut) {
          // The reopening shows what it left.
        }
        world.disk("n").spare();
        var again = JsonEngine.open(world.env("n"), "engine", 1 << 20);
        long mark = again.mark();
        assertThat(mark).isGreaterThanOrEqualTo(durable);
        var model = new TreeMap<String, String>();
        for (int i = 1; i <= mark; i++) {
          model.put("key-" + i % 7, "value-" + i);
        }
        assertThat(pairs(again, KeyRange.ALL, Order.ASCENDING))
            .isEqualTo(model.entrySet().stream().map(Object::toString).toList());
      }
    }
    engine = open();
  }

  private static WriteBatch content(int i) {
    return new WriteBatch().put(key("key-" + i % 7), key("value-" + i)).mark(i);
  }

  private void damaged(String text, String... parts) {
    assertThatThrownBy(() -> write(text))
        .isInstanceOf(CorruptionError.class)
        .hasMessageContaining(FILE)
        .hasMessageContainingAll(parts);
  }

  private void write(String text) {
    engine.close();
    var files = env.files();
    try (var file = files.open(FILE, FileSystem.Mode.WRITE)) {
      file.truncate(0);
      file.write(0, Bytes.of(text).toByteBuffer());
    }
    engine = open();
  }

  private String text() {
    return new String(simulation.disk("n1").content(FILE), StandardCharsets.UTF_8);
  }

  private void reopen() {
    engine.close();
    settle();
    env = simulation.env("n1");
    engine = open();
    assertThat(List.of(FILE)).isSubsetOf(simulation.disk("n1").paths());
  }
}
