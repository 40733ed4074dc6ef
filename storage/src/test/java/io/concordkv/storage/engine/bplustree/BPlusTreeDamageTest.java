package io.concordkv.storage.engine.bplustree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordkv.base.Bytes;
import io.concordkv.base.CorruptionError;
import io.concordkv.base.env.FileSystem;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.Order;
import io.concordkv.storage.engine.Scrub;
import io.concordkv.storage.engine.WriteBatch;
import io.concordkv.testkit.SimDisk;
import io.concordkv.testkit.Simulation;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Every byte of a file turned over, one at a time: what is read is exact, or it is refused.
final class BPlusTreeDamageTest {
  private static final String DIRECTORY = "engine";
  private static final BPlusTreeOptions OPTIONS =
      new BPlusTreeOptions(256, 2, 1, 1 << 20, 3, 64 << 10);

  private final Simulation simulation = new Simulation(3);
  private final SimDisk disk = simulation.disk("n1");
  private final TreeMap<Bytes, Bytes> content = new TreeMap<>();
  private String path = "";
  private byte[] intact = new byte[0];

  @BeforeEach
  void write_a_tree() {
    var engine = open();
    for (int i = 0; i < 150; i++) {
      var key = Bytes.of("key-%03d".formatted(i * 7 % 100));
      var value = Bytes.of("value-" + i * 31 + ".".repeat(i % 30 == 0 ? 600 : 0));
      content.put(key, value);
      engine.write(new WriteBatch().put(key, value).mark(i + 1));
      if (i % 50 == 49) {
        engine.sync();
      }
    }
    engine.close();
    path = disk.paths().getFirst();
    assertThat(disk.paths()).hasSize(1);
    intact = disk.content(path);
  }

  @Test
  void a_turned_byte_is_noticed_or_harmless() {
    int noticed = 0;
    for (int offset = 0; offset < intact.length; offset++) {
      if (offset >= Head.SLOTS_BYTES || offset % Head.SLOT_BYTES < Head.USED_BYTES + 4) {
        var message = damaged(offset);
        noticed += message == null ? 0 : 1;
        if (message != null) {
          assertThat(message).contains(path).contains("page ");
        }
      }
    }
    // The rest is free, or the unused end of a page's last unit.
    assertThat(noticed).isGreaterThan(content.size() * 10);
  }

  @Test
  void a_checkpoint_that_the_disk_spoils_is_damage_and_ends_nothing() {
    int noticed = 0;
    for (int seed = 0; seed < 200; seed++) {
      var engine = open();
      disk.writeAstray("copy-" + seed, new SplittableRandom(seed), false);
      engine.checkpoint("copy-" + seed, () -> {});
      simulation.runFor(Duration.ofSeconds(5));
      noticed += engine.damage() == null ? 0 : 1;
      engine.close();
    }
    assertThat(noticed).isPositive();
  }

  @Test
  void one_damaged_slot_of_the_head_costs_nothing_and_is_mended() {
    for (int slot = 0; slot < Head.SLOTS; slot++) {
      for (int next = 0; next < Head.SLOTS; next++) {
        disk.corrupt(path, (long) slot * Head.SLOT_BYTES + 30, 1);
        assertThat(outcome()).isNull();
        disk.corrupt(path, (long) next * Head.SLOT_BYTES + 30, 2);
        assertThat(outcome()).isNull();
        restore(intact);
      }
    }
  }

  @Test
  void an_older_head_is_never_taken_for_a_damaged_newest_one() {
    int refused = 0;
    for (int one = 0; one < Head.SLOTS; one++) {
      for (int other = one + 1; other < Head.SLOTS; other++) {
        disk.corrupt(path, (long) one * Head.SLOT_BYTES + 30, 1);
        disk.corrupt(path, (long) other * Head.SLOT_BYTES + 30, 1);
        refused += outcome() == null ? 0 : 1;
        restore(intact);
      }
    }
    assertThat(refused).isEqualTo(6);
  }

  @Test
  void an_old_page_in_the_place_of_a_new_one_is_noticed() {
    // As a write leaves it that was reported, but never reached the medium.
    var engine = open();
    engine.write(new WriteBatch().put(Bytes.of("key-000"), Bytes.of("new")).mark(151));
    engine.sync();
    content.put(Bytes.of("key-000"), Bytes.of("new"));
    engine.close();
    var now = disk.content(path);
    int noticed = 0;
    for (int unit = Head.SLOTS_BYTES; unit < now.length; unit += OPTIONS.unitBytes()) {
      if (unit + OPTIONS.unitBytes() <= intact.length) {
        var stale = now.clone();
        System.arraycopy(intact, unit, stale, unit, OPTIONS.unitBytes());
        restore(stale);
        var message = outcome(151);
        noticed += message == null ? 0 : 1;
      }
    }
    assertThat(noticed).isPositive();
  }

  @Test
  void a_page_in_the_place_of_another_is_noticed() {
    int unit = OPTIONS.unitBytes();
    int pages = 0;
    for (int from = Head.SLOTS_BYTES; from + 2 * unit < intact.length; from += unit) {
      var moved = intact.clone();
      System.arraycopy(intact, from + unit, moved, from, unit);
      restore(moved);
      pages += outcome() == null ? 0 : 1;
    }
    assertThat(pages).isGreaterThan(10);
  }

  @Test
  void a_file_cut_short_is_noticed() {
    restore(Arrays.copyOf(intact, Head.SLOTS_BYTES + 3 * OPTIONS.unitBytes()));
    assertThat(outcome()).isNotNull();
    restore(Arrays.copyOf(intact, 100));
    assertThat(outcome()).isNotNull();
    restore(new byte[0]);
    assertThat(outcome()).isNotNull();
  }

  @Test
  void a_scrub_finds_what_nobody_reads() {
    int found = 0;
    for (int offset = Head.SLOTS_BYTES; offset < intact.length; offset += 7) {
      var engine = open();
      engine.get(Bytes.of("key-000"));
      disk.corrupt(path, offset, 0x55);
      var scrub = Objects.requireNonNull(engine.scrub(engine.files().getFirst()));
      boolean damaged = isDamaged(scrub);
      engine.close();
      restore(intact);
      disk.corrupt(path, offset, 0x55);
      assertThat(damaged).as("offset %d", offset).isEqualTo(outcome() != null);
      found += damaged ? 1 : 0;
      restore(intact);
    }
    assertThat(found).isGreaterThan(100);
  }

  @Test
  void a_checkpoint_that_meets_damage_stands_still_until_the_content_is_replaced() {
    var engine = open();
    for (int offset = Head.SLOTS_BYTES; offset < intact.length; offset++) {
      disk.corrupt(path, offset, 0x55);
    }
    engine.write(new WriteBatch().put(Bytes.of("key-050"), Bytes.of("new")).mark(200));
    engine.flush();
    simulation.runFor(Duration.ofSeconds(1));
    assertThat(engine.damage()).isNotNull();
    assertThat(engine.stalled()).isTrue();
    assertThat(engine.durableMark()).isEqualTo(150);
    assertThatThrownBy(engine::sync).isInstanceOf(CorruptionError.class);
    var replacement = engine.replacement();
    content.forEach(replacement::add);
    replacement.seal();
    engine.replaceWith(replacement, 300, () -> {});
    simulation.runFor(Duration.ofSeconds(1));
    assertThat(engine.damage()).isNull();
    engine.write(new WriteBatch().put(Bytes.of("key-050"), Bytes.of("new")).mark(301));
    engine.sync();
    assertThat(engine.durableMark()).isEqualTo(301);
    assertThat(disk.paths()).hasSize(1).doesNotContain(path);
    engine.close();
  }

  @Test
  void a_copy_that_meets_damage_ends_and_leaves_nothing() {
    var engine = open();
    for (int offset = Head.SLOTS_BYTES; offset < intact.length; offset++) {
      disk.corrupt(path, offset, 0x55);
    }
    var done = new boolean[1];
    engine.checkpoint("copy", () -> done[0] = true);
    simulation.runFor(Duration.ofSeconds(1));
    assertThat(done[0]).isFalse();
    assertThat(engine.damage()).isNotNull();
    assertThat(disk.paths()).containsExactly(path);
    engine.close();
  }

  private static boolean isDamaged(Scrub scrub) {
    try (scrub) {
      while (scrub.step(500) > 0) {
        // To the end.
      }
      return false;
    } catch (CorruptionError damage) {
      return true;
    }
  }

  private @Nullable String damaged(long offset) {
    disk.corrupt(path, offset, 0x55);
    var message = outcome();
    restore(intact);
    return message;
  }

  private @Nullable String outcome() {
    return outcome(150);
  }

  /// Reads everything: the message of the error, or null if everything was exact.
  private @Nullable String outcome(long mark) {
    try {
      var engine = open();
      try {
        for (var pair : content.entrySet()) {
          assertThat(engine.get(pair.getKey())).isEqualTo(pair.getValue());
        }
        var found = new TreeMap<Bytes, Bytes>();
        try (var cursor = engine.scan(KeyRange.ALL, Order.DESCENDING)) {
          while (cursor.next()) {
            found.put(cursor.key(), cursor.value());
          }
        }
        assertThat(found).isEqualTo(content);
        assertThat(engine.mark()).isEqualTo(mark);
      } finally {
        engine.close();
      }
      return null;
    } catch (CorruptionError noticed) {
      return noticed.getMessage();
    }
  }

  private BPlusTreeEngine open() {
    return BPlusTreeEngine.open(simulation.env("n1"), DIRECTORY, OPTIONS);
  }

  private void restore(byte[] bytes) {
    try (var file = simulation.env("n1").files().open(path, FileSystem.Mode.WRITE)) {
      file.truncate(0);
      file.write(0, ByteBuffer.wrap(bytes));
    }
  }
}
