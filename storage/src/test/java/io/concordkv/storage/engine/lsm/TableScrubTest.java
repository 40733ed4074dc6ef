package io.concordkv.storage.engine.lsm;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordkv.base.Bytes;
import io.concordkv.base.CorruptionError;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.WriteBatch;
import io.concordkv.testkit.SimDisk;
import io.concordkv.testkit.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// Reading everything again, to find what has gone bad.
final class TableScrubTest {
  /// Properties and footer, which are read whenever a table is opened.
  private static final int END_BYTES = 132;

  private final Simulation simulation = new Simulation(3);
  private final SimDisk disk = simulation.disk("n1");
  private final LsmEngine engine =
      LsmEngine.open(simulation.env("n1"), "state", TinyOptions.COMPRESSED);

  private void write(int keys) {
    for (int i = 0; i < keys; i++) {
      engine.write(
          new WriteBatch()
              .put(Bytes.of("key-%03d".formatted(i)), Bytes.of("value-" + i * 31))
              .deleteRange(
                  new KeyRange(
                      Bytes.of("old-%03d".formatted(i)), Bytes.of("old-%03d!".formatted(i))))
              .mark(i + 1));
    }
    engine.sync();
    simulation.runFor(Duration.ofSeconds(5));
  }

  private List<String> tables() {
    return disk.paths().stream().filter(path -> path.endsWith(".sst")).toList();
  }

  /// The messages of all damage that a whole scrub finds, and how many steps it took.
  private record Found(List<String> damages, int steps, long bytes) {}

  private Found scrub(long stepBytes) {
    var damages = new ArrayList<String>();
    int steps = 0;
    long bytes = 0;
    for (long file : engine.files()) {
      try (var scrub = Objects.requireNonNull(engine.scrub(file))) {
        for (long read = scrub.step(stepBytes); read > 0; read = scrub.step(stepBytes)) {
          bytes += read;
          steps++;
        }
      } catch (CorruptionError damage) {
        damages.add(String.valueOf(damage.getMessage()));
      }
    }
    return new Found(damages, steps, bytes);
  }

  @Test
  void a_scrub_finds_every_damaged_byte_though_the_blocks_are_in_the_cache() {
    write(100);
    for (int i = 0; i < 100; i++) {
      assertThat(engine.get(Bytes.of("key-%03d".formatted(i)))).isNotNull();
    }
    assertThat(scrub(1 << 20).damages).isEmpty();
    for (var path : tables()) {
      int end = disk.content(path).length - END_BYTES;
      for (int offset = 0; offset < end; offset++) {
        disk.corrupt(path, offset, 0x55);
        assertThat(scrub(1 << 20).damages).as("%s at %d", path, offset).isNotEmpty();
        assertThat(scrub(1 << 20).damages.getFirst()).contains(path);
        disk.corrupt(path, offset, 0x55);
      }
    }
  }

  @Test
  void a_scrub_goes_in_small_steps_and_finds_damage_in_every_file() {
    write(300);
    var whole = scrub(1 << 20);
    var small = scrub(100);
    assertThat(small.bytes).isEqualTo(whole.bytes);
    assertThat(small.steps).isGreaterThan(20);
    for (var path : tables()) {
      disk.corrupt(path, 5, 1);
    }
    assertThat(scrub(100).damages).hasSize(tables().size());
  }

  @Test
  void a_compaction_that_meets_damage_stands_still_and_says_so() {
    write(100);
    for (var path : tables()) {
      disk.corrupt(path, 5, 1);
    }
    for (int round = 0; round < 5; round++) {
      for (int i = 0; i < 100; i++) {
        engine.write(
            new WriteBatch().put(Bytes.of("key-%03d".formatted(i)), Bytes.of("v" + round)).mark(i));
      }
      engine.sync();
      simulation.runFor(Duration.ofSeconds(5));
    }
    assertThat(engine.damage()).isNotNull().hasMessageContaining(".sst");
    var replacement = engine.replacement();
    replacement.add(Bytes.of("key"), Bytes.of("value"));
    replacement.seal();
    var done = new ArrayList<Boolean>();
    engine.replaceWith(replacement, 1000, () -> done.add(true));
    assertThat(simulation.runUntil(() -> !done.isEmpty(), Duration.ofSeconds(5))).isTrue();
    assertThat(engine.damage()).isNull();
    assertThat(scrub(100).damages).isEmpty();
  }
}
