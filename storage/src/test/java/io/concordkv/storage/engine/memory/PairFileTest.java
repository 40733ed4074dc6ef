package io.concordkv.storage.engine.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordkv.base.Bytes;
import io.concordkv.base.CorruptionError;
import io.concordkv.storage.engine.WriteBatch;
import io.concordkv.storage.engine.bplustree.memory.MemoryTreeProvider;
import io.concordkv.testkit.Simulation;
import java.time.Duration;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

final class PairFileTest {
  private static final String FILE = "copy/pairs";

  @Test
  void the_format_is_what_its_page_says() {
    var world = new Simulation(1);
    write(world, 2, 3);
    assertThat(HexFormat.of().formatHex(world.disk("n").content(FILE)))
        .isEqualTo(
            "434b5052"
                + "00000001"
                + "0000000000000002"
                + "60ba161e"
                + "00000014"
                + "00000002"
                + "e76ed599"
                + "056b65792d30"
                + "03787878"
                + "056b65792d31"
                + "03787878"
                + "00000000"
                + "00000000"
                + "03a3ecb8");
  }

  @Test
  void a_flipped_bit_anywhere_is_noticed() {
    var world = new Simulation(1);
    write(world, 5, 3);
    var disk = world.disk("n");
    int bits = 8 * disk.content(FILE).length;
    for (int i = 0; i < bits; i++) {
      disk.flipBit(FILE, i / 8, i % 8);
      assertThatThrownBy(() -> open(world, "copy"))
          .isInstanceOf(CorruptionError.class)
          .hasMessageContaining(FILE);
      disk.flipBit(FILE, i / 8, i % 8);
    }
    assertThat(open(world, "copy").count()).isEqualTo(5);
  }

  @Test
  void a_power_cut_leaves_a_whole_checkpoint_or_none() {
    int whole = 0;
    for (int at = 1; at < 20; at++) {
      for (int draw = 0; draw < 3; draw++) {
        var world = new Simulation(100 * at + draw);
        var engine = open(world, "none");
        fill(engine, 3000, 90);
        world.disk("n").powerCutAtOperation(at);
        var done = new boolean[1];
        engine.checkpoint("copy", () -> done[0] = true);
        world.runFor(Duration.ofMinutes(1));
        world.disk("n").spare();
        var copy = open(world, "copy");
        assertThat(copy.count()).isIn(0L, 3000L);
        assertThat(copy.mark()).isEqualTo(copy.count());
        assertThat(copy.count() == 3000 || !done[0]).isTrue();
        whole += copy.count() > 0 ? 1 : 0;
      }
    }
    assertThat(whole).isBetween(1, 56);
  }

  private static void write(Simulation world, int pairs, int valueBytes) {
    var engine = open(world, "none");
    fill(engine, pairs, valueBytes);
    engine.checkpoint("copy", () -> {});
    world.runFor(Duration.ofMinutes(1));
  }

  private static void fill(MemoryEngine engine, int pairs, int valueBytes) {
    for (int i = 0; i < pairs; i++) {
      engine.put(Bytes.of("key-" + i), Bytes.of("x".repeat(valueBytes)));
    }
    engine.write(new WriteBatch().mark(pairs));
  }

  private static MemoryEngine open(Simulation world, String directory) {
    return MemoryEngine.open(world.env("n"), directory, MemoryTreeProvider.trees(4));
  }
}
