package io.concordkv.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordkv.base.Bytes;
import io.concordkv.base.CorruptionError;
import io.concordkv.storage.engine.WriteBatch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A store of which one table is damaged.
final class SetAsideStoreTest {
  private static final int KEYS = 3000;
  private static final int DAMAGED_AT = 30;

  @TempDir Path directory;

  private static Bytes key(int number) {
    return Bytes.of("key-%06d".formatted(number));
  }

  /// The only table of a store of that many keys, after its first block was damaged.
  private Path damagedTable(Path store) throws IOException {
    try (var db = ConcordDb.open(store, Options.DEFAULT)) {
      var batch = new WriteBatch();
      for (int i = 0; i < KEYS; i++) {
        batch.put(key(i), Bytes.of("value of " + i));
      }
      db.write(batch);
      db.checkpoint(directory.resolve("before"));
    }
    Path table;
    try (var files = Files.list(store.resolve("engine"))) {
      table = files.filter(path -> path.toString().endsWith(".sst")).findAny().orElseThrow();
    }
    var content = Files.readAllBytes(table);
    content[DAMAGED_AT] ^= 8;
    // The checkpoint has the same file by another name.
    Files.delete(table);
    Files.write(table, content);
    return table;
  }

  @Test
  void it_is_used_on_but_not_copied_and_what_is_whole_is_salvaged() throws IOException {
    var store = directory.resolve("store");
    var table = damagedTable(store);
    var name = String.valueOf(table.getFileName());
    try (var db = ConcordDb.open(store, Options.DEFAULT)) {
      assertThatThrownBy(() -> db.get(key(0)))
          .isInstanceOf(CorruptionError.class)
          .hasMessageContaining(name);
      assertThat(db.get(key(KEYS - 1))).isEqualTo(Bytes.of("value of " + (KEYS - 1)));
      db.put(key(0), Bytes.of("new"));
      assertThat(db.get(key(0))).isEqualTo(Bytes.of("new"));
      var copy = directory.resolve("copy");
      assertThatThrownBy(() -> db.checkpoint(copy))
          .isInstanceOf(CorruptionError.class)
          .hasMessageContaining(name)
          .hasMessageContaining("set aside in level");
      assertThatThrownBy(() -> db.backup(directory.resolve("backup"), _ -> {}))
          .isInstanceOf(CorruptionError.class)
          .hasMessageContaining(name);
      assertThat(copy).doesNotExist();
      db.put(key(1), Bytes.of("newer"));
    }
    var order = new Salvage.Order(null, new TreeMap<>(), false);
    var salvage = Salvage.run(store, directory.resolve("salvaged"), order, _ -> {});
    assertThat(salvage.findings().damages()).anyMatch(each -> each.contains(name));
    try (var db = ConcordDb.open(directory.resolve("salvaged"), Options.DEFAULT)) {
      assertThat(db.get(key(1))).isEqualTo(Bytes.of("newer"));
      assertThat(db.get(key(KEYS - 1))).isEqualTo(Bytes.of("value of " + (KEYS - 1)));
    }
  }
}
