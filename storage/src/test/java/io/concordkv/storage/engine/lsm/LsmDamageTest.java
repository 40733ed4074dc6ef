package io.concordkv.storage.engine.lsm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordkv.base.Bytes;
import io.concordkv.base.CorruptionError;
import io.concordkv.base.env.FileSystem;
import io.concordkv.storage.engine.Engine;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.Order;
import io.concordkv.storage.engine.WriteBatch;
import io.concordkv.testkit.SimDisk;
import io.concordkv.testkit.Simulation;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Every byte of every file turned over, one at a time: what is read is exact, or it is refused.
final class LsmDamageTest {
  private static final String DIRECTORY = "engine";

  private final Simulation simulation = new Simulation(3);
  private final SimDisk disk = simulation.disk("n1");
  private final TreeMap<Bytes, Bytes> content = new TreeMap<>();
  private final TreeMap<String, byte[]> intact = new TreeMap<>();

  @BeforeEach
  void write_three_tables() {
    var engine = open();
    for (int i = 0; i < 120; i++) {
      var key = Bytes.of("key-%03d".formatted(i));
      var value = Bytes.of("value-" + i * 31);
      content.put(key, value);
      engine.write(new WriteBatch().put(key, value).mark(i + 1));
      if (i % 40 == 20) {
        var range =
            new KeyRange(
                Bytes.of("key-%03d".formatted(i - 10)), Bytes.of("key-%03d".formatted(i - 5)));
        content.keySet().removeIf(range::contains);
        engine.deleteRange(range);
      }
      if (i % 40 == 39) {
        engine.sync();
      }
    }
    engine.close();
    for (var path : disk.paths()) {
      intact.put(path, disk.content(path));
    }
  }

  @Test
  void a_turned_byte_of_a_table_is_noticed() {
    var tables = files(".sst");
    assertThat(tables).hasSize(3);
    for (var path : tables) {
      for (long offset = 0; offset < disk.content(path).length; offset++) {
        assertThat(damaged(path, offset)).as("%s at %s", path, offset).contains(path);
      }
    }
  }

  @Test
  void a_turned_byte_of_the_manifest_is_noticed_or_harmless() {
    for (var path : files("manifest-")) {
      long size = disk.content(path).length;
      int noticed = 0;
      for (long offset = 0; offset < size; offset++) {
        noticed += damaged(path, offset) == null ? 0 : 1;
      }
      // Only the confirmations are worth nothing: one of the content at the opening, and of 3
      // edits.
      assertThat(size - noticed).isLessThanOrEqualTo(4 * 9);
    }
  }

  @Test
  void a_turned_byte_of_the_pointer_is_noticed() {
    for (var path : files("CURRENT")) {
      for (long offset = 0; offset < disk.content(path).length; offset++) {
        assertThat(damaged(path, offset)).contains(path);
      }
    }
  }

  @Test
  void a_table_that_is_missing_is_noticed() {
    var path = files(".sst").getFirst();
    simulation.env("n1").files().delete(path);
    assertThatThrownBy(this::open)
        .isInstanceOf(CorruptionError.class)
        .hasMessageContaining(path)
        .hasMessageContaining("peers");
  }

  @Test
  void a_table_cut_short_is_noticed() {
    var path = files(".sst").getFirst();
    var file = simulation.env("n1").files().open(path, FileSystem.Mode.WRITE);
    file.truncate(file.size() - 1);
    assertThatThrownBy(this::open).isInstanceOf(CorruptionError.class).hasMessageContaining(path);
  }

  @Test
  void one_table_in_the_place_of_another_is_noticed() {
    var tables = files(".sst");
    restore(tables.get(0), disk.content(tables.get(1)));
    assertThatThrownBy(
            () -> {
              try (var engine = open()) {
                content.keySet().forEach(engine::get);
              }
            })
        .isInstanceOf(CorruptionError.class);
  }

  @Test
  void tables_without_a_pointer_are_not_taken_for_an_empty_store() {
    simulation.env("n1").files().delete(DIRECTORY + "/CURRENT");
    assertThatThrownBy(this::open)
        .isInstanceOf(CorruptionError.class)
        .hasMessageContaining("CURRENT");
  }

  /// Turns a byte over, reads everything, and puts everything back as it was. The message of the
  /// error, or null if everything was exact.
  private @Nullable String damaged(String path, long offset) {
    disk.corrupt(path, offset, 0x55);
    try {
      var engine = open();
      try {
        for (int i = 0; i < 120; i++) {
          var key = Bytes.of("key-%03d".formatted(i));
          assertThat(engine.get(key)).isEqualTo(content.get(key));
        }
        var found = new TreeMap<Bytes, Bytes>();
        try (var cursor = engine.scan(KeyRange.ALL, Order.DESCENDING)) {
          while (cursor.next()) {
            found.put(cursor.key(), cursor.value());
          }
        }
        assertThat(found).isEqualTo(content);
        assertThat(engine.mark()).isEqualTo(120);
      } finally {
        engine.close();
      }
      return null;
    } catch (CorruptionError noticed) {
      return noticed.getMessage();
    } finally {
      restoreAll();
    }
  }

  private Engine open() {
    var options = TinyOptions.of("block-bytes=128 index-block-bytes=64 level0-tables=64");
    return LsmEngine.open(simulation.env("n1"), DIRECTORY, options);
  }

  private List<String> files(String part) {
    var found = new ArrayList<String>();
    for (var path : disk.paths()) {
      if (path.contains(part)) {
        found.add(path);
      }
    }
    return found;
  }

  private void restoreAll() {
    var files = simulation.env("n1").files();
    for (var path : disk.paths()) {
      if (!intact.containsKey(path)) {
        files.delete(path);
      }
    }
    intact.forEach(this::restore);
  }

  private void restore(String path, byte[] content) {
    var files = simulation.env("n1").files();
    try (var file = files.open(path, FileSystem.Mode.WRITE)) {
      file.truncate(0);
      file.write(0, ByteBuffer.wrap(content));
    }
  }
}
