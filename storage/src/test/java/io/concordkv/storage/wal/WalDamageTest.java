package io.concordkv.storage.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordkv.base.Bytes;
import io.concordkv.base.CorruptionError;
import io.concordkv.base.Crc32c;
import io.concordkv.base.env.FileSystem.Mode;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Damage of what is stored: never a wrong record, never a silent loss of an acknowledged one.
class WalDamageTest {
  private static final WalOptions OPTIONS = new WalOptions(4096, 6, 16 << 10, 1 << 20);

  private WalWorld world = new WalWorld(1, OPTIONS);

  /// What an opening found.
  private record Found(List<WalRecord> records, @Nullable WalTail tail, String error) {}

  private Found look() {
    var records = new ArrayList<WalRecord>();
    try {
      var wal = Wal.open(world.simulation.env("n"), WalWorld.DIRECTORY, OPTIONS, records::add);
      var tail = wal.tail();
      wal.close();
      return new Found(records, tail, "");
    } catch (CorruptionError e) {
      return new Found(records, null, String.valueOf(e.getMessage()));
    }
  }

  private List<WalRecord> all() {
    return world.model().stream().map(WalWorld.At::record).toList();
  }

  /// Groups of one to three records, all acknowledged, in two segments.
  private WalWorld acknowledged(long seed) {
    world = new WalWorld(seed, OPTIONS);
    assertThat(world.open()).isTrue();
    for (int i = 0; i < 9; i++) {
      for (int j = 0; j <= i % 3; j++) {
        world.append(5 + i);
      }
      assertThat(world.syncAndWait()).isTrue();
    }
    world.kill();
    return world;
  }

  private List<String> segments() {
    return world.disk().paths().stream().filter(path -> path.endsWith(".seg")).toList();
  }

  private String lastSegment() {
    return segments().getLast();
  }

  /// Where the last byte of `path` lies that is not zero.
  private int lastByte(String path) {
    var content = world.disk().content(path);
    int at = content.length - 1;
    while (content[at] == 0) {
      at--;
    }
    return at;
  }

  @Test
  void no_byte_turned_over_in_an_acknowledged_log_passes_or_goes_unnoticed() {
    acknowledged(1);
    assertThat(segments()).hasSizeGreaterThan(2);
    var last = lastSegment();
    for (var path : segments()) {
      int used = lastByte(path) + 1;
      for (int offset = 0; offset < used; offset++) {
        acknowledged(1);
        world.disk().corrupt(path, offset, 1 + offset % 255);
        var found = look();
        assertThat(found.records()).isEqualTo(all().subList(0, found.records().size()));
        if (found.tail() == WalTail.LOST) {
          assertThat(path).as("at %d", offset).isEqualTo(last);
        } else if (found.tail() != null) {
          assertThat(offset).as(path).isLessThan(WalFormat.SEGMENT_HEADER_BYTES);
          assertThat(found.records()).isEqualTo(all());
        } else {
          assertThat(found.error()).contains(path).contains("offset").contains("restore");
        }
      }
    }
  }

  /// For a host that can do without what is damaged: it gets everything else, and is told in
  /// between what is missing, at every opening.
  @Test
  void a_log_goes_on_behind_what_is_damaged_in_it() {
    acknowledged(1);
    var last = lastSegment();
    for (var path : segments()) {
      int used = lastByte(path) + 1;
      for (int offset = WalFormat.SEGMENT_HEADER_BYTES; offset < used; offset++) {
        acknowledged(1);
        world.disk().corrupt(path, offset, 1 + offset % 255);
        var found = lookAround();
        var damages = found.damages;
        boolean end = damages.isEmpty();
        if (end) {
          assertThat(path).isEqualTo(last);
          assertThat(found.tail).isEqualTo(WalTail.LOST);
        } else {
          assertThat(damages).hasSize(1);
          var damage = damages.getFirst();
          assertThat(damage.file()).isEqualTo(path);
          assertThat(damage.offset()).isLessThanOrEqualTo(offset);
          assertThat(damage.to()).isGreaterThan(damage.from());
          var left = new ArrayList<>(world.model());
          left.removeIf(at -> at.position() > damage.from() && at.position() <= damage.to());
          assertThat(found.records).isEqualTo(left);
          var again = lookAround();
          assertThat(again.records).as("the second time").isEqualTo(left);
          assertThat(again.damages).extracting(WalDamage::from).containsExactly(damage.from());
        }
      }
    }
  }

  /// What an opening found that goes around damage.
  private record Around(List<WalWorld.At> records, List<WalDamage> damages, WalTail tail) {}

  private Around lookAround() {
    var records = new ArrayList<WalWorld.At>();
    var damages = new ArrayList<WalDamage>();
    var wal =
        Wal.openAt(
            world.simulation.env("n"),
            WalWorld.DIRECTORY,
            OPTIONS,
            (record, position) -> records.add(new WalWorld.At(record, position)),
            damages::add);
    var tail = wal.tail();
    wal.close();
    return new Around(records, damages, tail);
  }

  @Test
  void what_is_written_behind_damage_can_be_read_again() {
    acknowledged(1);
    world.disk().corrupt(segments().getFirst(), 100, 0xFF);
    var before = lookAround().records;
    var wal =
        Wal.openAt(
            world.simulation.env("n"),
            WalWorld.DIRECTORY,
            OPTIONS,
            (record, position) -> {},
            _ -> {});
    var record = new WalRecord(77, 7, Bytes.of("more"));
    long position = wal.append(record);
    wal.sync(position, () -> {});
    world.settle();
    world.powerCut();
    var after = lookAround();
    assertThat(after.damages).hasSize(1);
    var expected = new ArrayList<>(before);
    expected.add(new WalWorld.At(record, position));
    assertThat(after.records).isEqualTo(expected);
  }

  @Test
  void a_lost_segment_is_a_gap_between_its_neighbours() {
    acknowledged(1);
    var gone = segments().get(1);
    var next = segments().get(2);
    world.simulation.env("n").files().delete(gone);
    var found = lookAround();
    assertThat(found.damages).hasSize(1);
    var damage = found.damages.getFirst();
    assertThat(gone).contains("%020d".formatted(damage.from()));
    assertThat(next).contains("%020d".formatted(damage.to()));
    assertThat(found.tail).isEqualTo(WalTail.CLEAN);
  }

  @Test
  void a_last_segment_that_cannot_be_read_at_all_is_kept_aside() {
    acknowledged(1);
    var path = lastSegment();
    var content = world.disk().content(path);
    write(path, 0, new byte[content.length]);
    assertThat(lookAround().tail).isEqualTo(WalTail.LOST);
    assertThat(world.disk().paths()).anyMatch(name -> name.startsWith("wal/damaged-"));
    assertThat(lookAround().tail).isEqualTo(WalTail.LOST);
  }

  @Test
  void a_damaged_marker_loses_nothing() {
    for (int offset = 0; offset < 8192; offset = offset == 40 ? 4080 : offset + 1) {
      acknowledged(1);
      world.disk().corrupt("wal/acked", offset, 0x10);
      assertThat(look()).isEqualTo(new Found(all(), WalTail.CLEAN, ""));
    }
  }

  @Test
  void damage_of_the_last_group_is_a_loss_if_the_marker_is_gone() {
    acknowledged(1);
    world.simulation.env("n").files().delete("wal/acked");
    world.disk().flipBit(lastSegment(), lastByte(lastSegment()), 0);
    assertThat(look().tail()).isEqualTo(WalTail.LOST);
    world.powerCut();
    assertThat(look().tail()).isEqualTo(WalTail.LOST);
  }

  @Test
  void a_missing_marker_alone_is_no_loss() {
    acknowledged(1);
    world.simulation.env("n").files().delete("wal/acked");
    assertThat(look()).isEqualTo(new Found(all(), WalTail.CLEAN, ""));
    assertThat(look()).isEqualTo(new Found(all(), WalTail.CLEAN, ""));
  }

  @Test
  void a_loss_is_told_until_something_new_is_synced() {
    acknowledged(1);
    world.disk().flipBit(lastSegment(), lastByte(lastSegment()), 0);
    assertThat(look().tail()).isEqualTo(WalTail.LOST);
    world.simulation.powerCut("n");
    assertThat(look().tail()).isEqualTo(WalTail.LOST);
    var wal = Wal.open(world.simulation.env("n"), WalWorld.DIRECTORY, OPTIONS, record -> {});
    wal.sync(wal.append(all().getFirst()), () -> {});
    world.settle();
    world.powerCut();
    assertThat(look().tail()).isEqualTo(WalTail.CLEAN);
  }

  @Test
  void a_zeroed_acknowledged_group_is_a_loss() {
    acknowledged(1);
    var path = lastSegment();
    int last = lastByte(path);
    int start = lastMagic(path, last);
    for (int at = start; at <= last; at++) {
      world.disk().corrupt(path, at, world.disk().content(path)[at]);
    }
    assertThat(look().tail()).isEqualTo(WalTail.LOST);
  }

  /// With a marker that a power cut took back, what lies behind says that the damaged was synced.
  @Test
  void damage_before_whole_groups_is_noticed_without_the_marker() {
    acknowledged(1);
    write("wal/acked", 0, new byte[8192]);
    world.disk().flipBit(segments().getFirst(), 60, 3);
    assertThat(look().error()).contains("later segment");
    oneSegment(5);
    write("wal/acked", 0, new byte[8192]);
    world.disk().flipBit(lastSegment(), 60, 3);
    assertThat(look().error()).contains("whole groups behind it");
  }

  private void oneSegment(int groups) {
    world = new WalWorld(3, WalWorld.small());
    assertThat(world.open()).isTrue();
    for (int i = 0; i < groups; i++) {
      world.append(10);
      assertThat(world.syncAndWait()).isTrue();
    }
    world.kill();
  }

  @Test
  void a_torn_group_that_nobody_was_told_of_is_cut_off_for_good() {
    acknowledged(1);
    var path = lastSegment();
    int next = lastByte(path) + 1;
    var torn = world.disk().content(path);
    // The last group once more, as if written behind itself: it names another position.
    int start = lastMagic(path, next - 1);
    var group = Arrays.copyOfRange(torn, start, next);
    write(path, next, group);
    assertThat(look()).isEqualTo(new Found(all(), WalTail.TORN, ""));
    assertThat(look()).isEqualTo(new Found(all(), WalTail.CLEAN, ""));
  }

  @Test
  void a_group_at_a_place_where_it_was_not_written_does_not_pass() {
    oneSegment(2);
    var path = lastSegment();
    var content = world.disk().content(path);
    int size = (lastByte(path) + 1 - 40) / 2;
    // A misdirected write: the first group over the second.
    write(path, 40 + size, Arrays.copyOfRange(content, 40, 40 + size));
    var found = look();
    assertThat(found.records()).isEqualTo(all().subList(0, 1));
    assertThat(found.tail()).isEqualTo(WalTail.LOST);
  }

  @Test
  void a_missing_segment_is_noticed() {
    acknowledged(1);
    world.simulation.env("n").files().delete(segments().get(1));
    assertThat(look().error()).contains(segments().getFirst());
    acknowledged(1);
    world.simulation.env("n").files().delete(lastSegment());
    assertThat(look().tail()).isEqualTo(WalTail.LOST);
    acknowledged(1);
    for (var path : segments()) {
      world.simulation.env("n").files().delete(path);
    }
    assertThat(look().error()).contains("no segments");
  }

  @Test
  void a_later_version_is_refused() {
    var header = new WalFormat.SegmentHeader(1, 0, 7, 0).encode().toArray();
    header[7] = 2;
    var crc = Crc32c.of(header, 0, 36);
    ByteBuffer.wrap(header).putInt(36, crc);
    assertThatThrownBy(() -> WalFormat.SegmentHeader.decode("f", Bytes.wrap(header)))
        .isInstanceOf(CorruptionError.class)
        .hasMessageContaining("version 2");
  }

  private int lastMagic(String path, int from) {
    var content = ByteBuffer.wrap(world.disk().content(path));
    int at = from - 3;
    while (content.getInt(at) != WalFormat.GROUP_MAGIC) {
      at--;
    }
    return at;
  }

  private void write(String path, long offset, byte[] bytes) {
    var files = world.simulation.env("n").files();
    try (var file = files.open(path, Mode.WRITE)) {
      file.write(offset, ByteBuffer.wrap(bytes));
      file.sync();
    }
    world.simulation.kill("n");
  }

  @Test
  void a_scrub_finds_every_damaged_byte_of_a_complete_segment() {
    acknowledged(1);
    var complete = segments().subList(0, segments().size() - 1);
    for (var path : complete) {
      int used = lastByte(path) + 1;
      for (int offset = 0; offset < used; offset++) {
        acknowledged(1);
        // Opened whole, then damaged.
        var wal = Wal.open(world.simulation.env("n"), WalWorld.DIRECTORY, OPTIONS, record -> {});
        assertThat(scrub(wal)).isEmpty();
        world.disk().corrupt(path, offset, 1 + offset % 255);
        var found = scrub(wal);
        assertThat(found).as("%s at %d", path, offset).hasSize(1);
        assertThat(found.getFirst().file()).isEqualTo(path);
        assertThat(found.getFirst().offset()).isLessThanOrEqualTo(offset);
        assertThat(wal.has(found.getFirst())).isTrue();
        wal.close();
      }
    }
  }

  private static List<WalDamage> scrub(Wal wal) {
    var damages = new ArrayList<WalDamage>();
    try (var scrub = wal.scrub()) {
      for (var step = scrub.step(50); step.bytes() > 0; step = scrub.step(50)) {
        if (step.damage() != null) {
          damages.add(step.damage());
        }
      }
    }
    return damages;
  }
}
