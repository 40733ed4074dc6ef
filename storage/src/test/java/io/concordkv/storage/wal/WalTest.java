package io.concordkv.storage.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordkv.base.Bytes;
import io.concordkv.base.CorruptionError;
import io.concordkv.base.InvariantError;
import io.concordkv.base.env.FileException;
import io.concordkv.base.env.FileSystem.Mode;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class WalTest {
  private WalWorld world = new WalWorld(1, WalWorld.small());

  private void world(WalOptions options) {
    world = new WalWorld(1, options);
    world.simulation.withoutFaultSites();
    assertThat(world.open()).isTrue();
  }

  private void fill(int records, int bytes) {
    for (int i = 0; i < records; i++) {
      world.append(bytes);
      assertThat(world.syncAndWait()).isTrue();
    }
    world.settle();
  }

  private List<String> paths(String part) {
    return world.disk().paths().stream().filter(path -> path.contains(part)).toList();
  }

  @Test
  void what_gathers_while_a_sync_runs_shares_the_next_one() {
    world(WalWorld.small());
    world.append(10);
    world.sync();
    long before = world.disk().operations();
    for (int i = 0; i < 20; i++) {
      world.append(10);
      world.sync();
    }
    world.settle();
    assertThat(world.acknowledged()).isEqualTo(21);
    // Twice a write, a sync and the marker.
    assertThat(world.disk().operations() - before).isEqualTo(6);
  }

  @Test
  void who_waits_is_told_in_order_and_never_at_once() {
    world(WalWorld.small());
    var told = new ArrayList<Integer>();
    long first = world.append(1);
    long second = world.append(1);
    world.wal().sync(second, () -> told.add(1));
    world.wal().sync(first, () -> told.add(2));
    world.settle();
    world.wal().sync(first, () -> told.add(3));
    assertThat(told).containsExactly(1, 2);
    world.settle();
    assertThat(told).containsExactly(1, 2, 3);
  }

  @Test
  void nothing_is_written_before_somebody_asks() {
    world(WalWorld.small());
    long before = world.disk().operations();
    world.append(10);
    world.settle();
    assertThat(world.disk().operations()).isEqualTo(before);
    assertThat(world.wal().durable()).isZero();
  }

  @Test
  void a_record_too_large_for_the_empty_segment_of_an_opening_takes_its_place() {
    world(WalWorld.small());
    fill(3, 600);
    world.powerCut();
    assertThat(world.open()).isTrue();
    fill(1, 10_000);
    fill(3, 600);
    world.powerCut();
    assertThat(world.open()).isTrue();
    assertThat(world.model()).hasSize(7);

    fill(1, 10_000);
    fill(8, 600);
    world.trim(world.wal().durable());
    world.settle();
    fill(3, 600);
    assertThat(world.failures()).isEmpty();
    world.powerCut();
    assertThat(world.open()).isTrue();
  }

  @Test
  void a_full_segment_is_left_and_the_next_one_was_prepared() {
    world(WalWorld.small());
    fill(5, 600);
    assertThat(paths(".seg")).hasSize(1);
    assertThat(paths("spare")).hasSize(1);
    fill(5, 600);
    assertThat(paths(".seg")).hasSize(2);
    fill(40, 600);
    world.powerCut();
    assertThat(world.open()).isTrue();
    assertThat(world.model()).hasSize(50);
  }

  @Test
  void a_segment_is_left_after_so_many_records() {
    world(new WalOptions(1 << 20, 4, 1000, 1 << 20));
    for (int i = 0; i < 13; i++) {
      world.append(1);
    }
    assertThat(world.syncAndWait()).isTrue();
    assertThat(paths(".seg")).hasSize(4);
  }

  @Test
  void a_record_larger_than_a_segment_gets_one_of_its_own() {
    world(new WalOptions(4096, 1000, 100_000, 1 << 20));
    fill(1, 100_000);
    fill(1, 10);
    world.powerCut();
    assertThat(world.open()).isTrue();
    assertThat(world.model()).hasSize(2);
  }

  @Test
  void trimming_removes_whole_segments_below_the_position() {
    world(WalWorld.small());
    fill(60, 300);
    long position = world.model().get(30).position();
    long start = world.wal().segmentStart(position);
    assertThat(start).isPositive().isLessThanOrEqualTo(position);
    int before = paths(".seg").size();
    world.trim(position);
    assertThat(world.wal().start()).isEqualTo(start);
    world.settle();
    assertThat(paths(".seg").size()).isLessThan(before);
    assertThat(paths(".seg").getFirst()).contains(String.format("%020d", start));
    world.powerCut();
    assertThat(world.open()).isTrue();
    assertThat(world.wal().start()).isEqualTo(start);
    assertThat(world.model()).isNotEmpty();
    assertThat(world.model().getFirst().position()).isGreaterThan(start);
  }

  @Test
  void the_newest_segment_is_never_trimmed() {
    world(WalWorld.small());
    fill(10, 1000);
    world.trim(world.wal().end());
    world.settle();
    assertThat(paths(".seg")).hasSize(1);
    fill(3, 100);
    world.powerCut();
    assertThat(world.open()).isTrue();
  }

  @Test
  void old_records_of_a_recycled_segment_do_not_come_back() {
    world(new WalOptions(4096, 100, 1000, 1 << 20));
    fill(1, 380);
    for (int round = 0; round < 12; round++) {
      fill(9, 380);
      world.trim(world.wal().durable());
      world.settle();
      assertThat(paths("spare")).hasSize(1);
    }
    var content = ByteBuffer.wrap(world.disk().content(paths(".seg").getLast()));
    assertThat(content.getLong(1500)).as("what it held before").isNotZero();
    world.powerCut();
    assertThat(world.open()).isTrue();
    assertThat(world.wal().tail()).isEqualTo(WalTail.CLEAN);
  }

  @Test
  void a_sync_that_fails_stops_the_node_and_nobody_is_told() {
    for (int seed = 1; seed <= 20; seed++) {
      world = new WalWorld(seed, WalWorld.small());
      assertThat(world.open()).isTrue();
      fill(3, 10);
      world.append(10);
      world.disk().failSyncs(".seg", 1);
      assertThat(world.syncAndWait()).isFalse();
      assertThat(world.failures()).singleElement().isInstanceOf(FileException.class);
      assertThat(world.acknowledged()).isEqualTo(3);
      // What the page cache shows now never reached the disk; what is built on it must.
      assertThat(world.open()).isTrue();
      world.powerCut();
      assertThat(world.open()).isTrue();
    }
  }

  @Test
  void a_write_that_fails_half_way_stops_the_node_and_is_cut_off() {
    world(WalWorld.small());
    fill(3, 10);
    world.append(1000);
    world.disk().failWrites(".seg", 1);
    assertThat(world.syncAndWait()).isFalse();
    assertThat(world.failures()).hasSize(1);
    assertThat(world.open()).isTrue();
    assertThat(world.wal().tail()).isEqualTo(WalTail.TORN);
    assertThat(world.model()).hasSize(3);
    fill(3, 10);
    world.powerCut();
    assertThat(world.open()).isTrue();
    assertThat(world.model()).hasSize(6);
  }

  @Test
  void a_full_disk_is_told_and_what_is_prepared_can_still_be_written() {
    world(WalWorld.small());
    world.disk().limitSpace(100);
    fill(4, 600);
    assertThat(world.wal().outOfSpace()).isTrue();
    fill(1, 600);
    world.disk().limitSpace(100_000);
    world.settle();
    assertThat(world.wal().outOfSpace()).isFalse();
    fill(10, 600);
    assertThat(world.failures()).isEmpty();
  }

  @Test
  void a_full_disk_without_a_prepared_segment_stops_the_node() {
    world(WalWorld.small());
    world.disk().limitSpace(100);
    fill(5, 600);
    world.append(1500);
    assertThat(world.syncAndWait()).isFalse();
    assertThat(world.failures()).hasSize(1);
    world.disk().limitSpace(100_000);
    assertThat(world.open()).isTrue();
    assertThat(world.model()).hasSize(5);
  }

  @Test
  void the_buffer_is_bounded() {
    world(new WalOptions(4096, 1000, 500, 2000));
    while (!world.wal().overloaded()) {
      world.append(100);
    }
    assertThatThrownBy(
            () -> {
              while (true) {
                world.append(100);
              }
            })
        .isInstanceOf(InvariantError.class)
        .hasMessageContaining("overloaded");
    world.wal().sync(world.wal().end(), () -> {});
    world.settle();
    assertThat(world.wal().overloaded()).isFalse();
    assertThatThrownBy(() -> world.append(501)).isInstanceOf(InvariantError.class);
  }

  @Test
  void a_closed_log_lets_the_write_under_way_end() {
    world(WalWorld.small());
    world.append(10);
    world.sync();
    world.wal().close();
    world.settle();
    assertThat(world.acknowledged()).isZero();
    assertThat(world.open()).isTrue();
    assertThat(world.model()).hasSize(1);
  }

  /// The example of docs/formats/wal.md.
  @Test
  void the_format_stays_as_it_is() {
    var env = new FixedEpoch(world.simulation.env("n"));
    var wal = Wal.open(env, "wal", WalWorld.small(), record -> {});
    wal.append(new WalRecord(7, 1, Bytes.of("hello")));
    wal.sync(wal.append(new WalRecord(8, 2, Bytes.EMPTY)), () -> {});
    world.settle();
    var segment = world.disk().content("wal/00000000000000000000.seg");
    assertThat(segment).hasSize(4096);
    assertThat(Bytes.wrap(segment, 0, 110).toString())
        .isEqualTo(
            "0x"
                + "434b57530000000100000000000000010000000000000000"
                + "1122334455667788"
                + "00000000"
                + "bbf4a19f"
                + "434b5747"
                + "a7ea9de4"
                + "1122334455667788"
                + "00000000000000000000000000000000"
                + "000000000000001900000002"
                + "0000000000000007010568656c6c6f"
                + "00000000000000080200"
                + "00");
    var marker = world.disk().content("wal/acked");
    assertThat(marker).hasSize(8192);
    assertThat(Bytes.wrap(marker, 0, 24).toString())
        .isEqualTo("0x" + "434b5741" + "db6b492b" + "0000000000000002" + "0000000000000045");
  }

  @Test
  void a_file_that_is_no_segment_is_left_alone() {
    world(WalWorld.small());
    world.kill();
    try (var file = world.simulation.env("n").files().open("wal/notes", Mode.CREATE)) {
      file.write(0, ByteBuffer.allocate(1));
    }
    assertThat(world.open()).isTrue();
    assertThat(paths("notes")).hasSize(1);
  }

  @Test
  void a_segment_can_be_left_early_and_read_by_others() {
    world(WalWorld.small());
    assertThat(world.wal().canTurn()).isFalse();
    world.append(10);
    world.append(20);
    world.sync();
    world.append(30);
    world.settle();
    assertThat(world.wal().canTurn()).isTrue();
    assertThat(world.wal().completeFrom(0)).isNull();

    world.turn();
    world.settle();
    assertThat(world.acknowledged()).isEqualTo(3);
    assertThat(world.wal().newest()).isEqualTo(world.wal().end());
    // It holds nothing now, so it stays.
    world.turn();
    world.settle();
    var segment = Objects.requireNonNull(world.wal().completeFrom(0));
    assertThat(segment.end()).isEqualTo(world.wal().end());
    assertThat(world.wal().completeFrom(segment.end())).isNull();

    var read = new ArrayList<WalRecord>();
    try (var reader = WalSegmentReader.open(world.files(), segment)) {
      while (reader.next(read::add)) {
        assertThat(reader.position()).isLessThanOrEqualTo(segment.end());
      }
    }
    assertThat(read).isEqualTo(world.model().stream().map(WalWorld.At::record).toList());
    world.disk().flipBit(segment.path(), 100, 1);
    try (var reader = WalSegmentReader.open(world.files(), segment)) {
      assertThatThrownBy(() -> reader.next(_ -> {}))
          .isInstanceOf(CorruptionError.class)
          .hasMessageContaining(segment.path());
    }
  }
}
