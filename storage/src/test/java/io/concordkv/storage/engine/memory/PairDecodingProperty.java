package io.concordkv.storage.engine.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordkv.base.ByteWriter;
import io.concordkv.base.Bytes;
import io.concordkv.base.CorruptionError;
import io.concordkv.base.env.FileSystem;
import io.concordkv.storage.engine.Engines;
import io.concordkv.storage.engine.Findings;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.Order;
import io.concordkv.testkit.Fuzz;
import io.concordkv.testkit.SimEnv;
import io.concordkv.testkit.Simulation;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Blocks of a pair file in another form, under checksums that are right.
final class PairDecodingProperty {
  private static final String DIRECTORY = "engine";
  private static final String FILE = DIRECTORY + "/pairs";

  private final SimEnv env = new Simulation(1).env("n1");

  private static Bytes block(String... keys) {
    var out = new ByteWriter();
    for (var key : keys) {
      out.bytes(Bytes.of(key)).bytes(Bytes.of("value of " + key));
    }
    return out.finish();
  }

  @ParameterizedTest
  @ValueSource(strings = {"array", "hash", "redblack", "skiplist", "bplustree-memory"})
  void another_block_under_a_right_checksum_is_refused_or_read_as_it_is(String engine) {
    Fuzz.check(
        500, List.of(block("d", "e"), block("d", "e", "f")), block -> read(engine, block, 2));
  }

  @Test
  void keys_that_do_not_ascend_are_damage() {
    assertThat(read("array", block("d", "e"), 2)).isEqualTo(6);
    for (var block : List.of(block("e", "d"), block("d", "d"), block("a", "d"))) {
      assertThatThrownBy(() -> read("array", block, 2))
          .isInstanceOf(CorruptionError.class)
          .hasMessageContaining(FILE)
          .hasMessageContaining("ascend");
    }
  }

  @Test
  void a_block_with_another_number_of_pairs_is_damage() {
    for (int pairs : new int[] {1, 3, -1, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
      assertThatThrownBy(() -> read("array", block("d", "e"), pairs))
          .isInstanceOf(CorruptionError.class)
          .hasMessageContaining(FILE);
    }
  }

  /// With `block` between two others; how many pairs there are.
  private int read(String engine, Bytes block, int pairs) {
    var out = new ByteWriter().u32(PairFile.MAGIC).u32(PairFile.VERSION).u64(7);
    out.u32(out.crc(0));
    append(out, block("a", "b"), 2);
    append(out, block, pairs);
    append(out, block("x", "y"), 2);
    append(out, Bytes.EMPTY, 0);
    env.files().createDirectories(DIRECTORY);
    try (var file = env.files().open(FILE, FileSystem.Mode.WRITE)) {
      file.truncate(0);
      file.write(0, out.finish().toByteBuffer());
    }
    PairFile.rescue(env.files(), DIRECTORY, new Findings(_ -> {}), (_, _) -> {});
    int found = 0;
    try (var opened = Engines.installed().open(env, engine, DIRECTORY, Map.of());
        var cursor = opened.scan(KeyRange.ALL, Order.ASCENDING)) {
      while (cursor.next()) {
        found++;
      }
    }
    return found;
  }

  private static void append(ByteWriter out, Bytes block, int pairs) {
    int crc = PairFile.crc(out.size(), pairs, block);
    out.u32(block.length()).u32(pairs).u32(crc).raw(block);
  }
}
