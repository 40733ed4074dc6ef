package io.concordkv.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordkv.base.ByteWriter;
import io.concordkv.base.Bytes;
import io.concordkv.base.CorruptionError;
import io.concordkv.base.env.Clock;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.WriteBatch;
import io.concordkv.storage.wal.WalRecord;
import io.concordkv.testkit.Fuzz;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class GroupRecordTest {
  private static final String COMMITS = "02" + "010161027879" + "000162" + "01000163";

  @Test
  void the_bytes_are_those_of_the_format() {
    var group = new GroupRecord(7, 0x0199_0000_0000L);
    group.add(new WriteBatch().put(Bytes.of("a"), Bytes.of("xy")).delete(Bytes.of("b")));
    group.add(new WriteBatch().delete(Bytes.of("c")));
    var record = group.finish();

    assertThat(record.kind()).isEqualTo(GroupRecord.RAW);
    assertThat(HexFormat.of().formatHex(record.payload().toArray()))
        .isEqualTo("0000000000000007" + "0000019900000000" + "00000002" + COMMITS);
    var read = GroupRecord.open(record);
    assertThat(read.time()).isEqualTo(0x0199_0000_0000L);
    assertThat(read.last()).isEqualTo(8);
  }

  @Test
  void deleted_ranges_have_an_end_or_none() {
    var group = new GroupRecord(7, 0);
    group.add(
        new WriteBatch()
            .deleteRange(new KeyRange(Bytes.of("a"), Bytes.of("c")))
            .deleteRange(new KeyRange(Bytes.of("x"), null)));
    var record = group.finish();
    assertThat(HexFormat.of().formatHex(record.payload().toArray()))
        .endsWith("02" + "0201610163" + "030178");
    var read = new ArrayList<WriteBatch>();
    GroupRecord.open(record).read(read::add);
    assertThat(read.getFirst().changes())
        .containsExactly(
            new WriteBatch.Change.DeleteRange(new KeyRange(Bytes.of("a"), Bytes.of("c"))),
            new WriteBatch.Change.DeleteRange(new KeyRange(Bytes.of("x"), null)));
  }

  @Test
  void damaged_groups_are_refused_or_read_as_others() {
    var group = new GroupRecord(7, 1);
    group.add(new WriteBatch().put(Bytes.of("key"), Bytes.of("value".repeat(120))));
    group.add(new WriteBatch().delete(Bytes.of("key")));
    var packed = group.finish();
    assertThat(packed.kind()).isEqualTo(GroupRecord.LZ4);
    Fuzz.check(5000, List.of(packed.payload()), bytes -> read(GroupRecord.LZ4, bytes));
    var plain = Bytes.wrap(HexFormat.of().parseHex("0000000000000007" + "00000002" + COMMITS));
    Fuzz.check(5000, List.of(plain), bytes -> read(GroupRecord.RAW_UNTIMED, bytes));
  }

  private static List<WriteBatch> read(int kind, Bytes payload) {
    var batches = new ArrayList<WriteBatch>();
    GroupRecord.open(new WalRecord(0, kind, payload)).read(batches::add);
    return batches;
  }

  @Test
  void groups_of_earlier_versions_have_no_time_and_are_read() {
    var payload = HexFormat.of().parseHex("0000000000000007" + "00000002" + COMMITS);
    var raw = new WalRecord(0, GroupRecord.RAW_UNTIMED, Bytes.wrap(payload));
    // One literal run of all bytes is an LZ4 block too.
    var block = new ByteWriter().u32(payload.length).u8(0xF0).u8(payload.length - 15);
    var packed = new WalRecord(0, GroupRecord.LZ4_UNTIMED, block.raw(Bytes.wrap(payload)).finish());
    for (var record : List.of(raw, packed)) {
      var group = GroupRecord.open(record);
      assertThat(group.time()).isZero();
      var read = new ArrayList<WriteBatch>();
      group.read(read::add);
      assertThat(read).extracting(WriteBatch::mark).containsExactly(7L, 8L);
      assertThat(read.get(1).changes())
          .containsExactly(new WriteBatch.Change.Delete(Bytes.of("c")));
    }
  }

  @Test
  void the_time_of_a_group_never_goes_back() {
    var wall = new AtomicLong(5000);
    var clock =
        new GroupClock(
            new Clock() {
              @Override
              public long nanos() {
                return 0;
              }

              @Override
              public Instant wall() {
                return Instant.ofEpochMilli(wall.get());
              }
            });
    clock.saw(4000);
    assertThat(clock.next()).isEqualTo(5000);
    wall.set(3000);
    assertThat(clock.next()).isEqualTo(5000);
    clock.saw(0);
    wall.set(6000);
    assertThat(clock.next()).isEqualTo(6000);
  }

  @Test
  void a_small_commit_alone_is_stored_as_it_is() {
    var group = new GroupRecord(1, 0);
    group.add(new WriteBatch().put(Bytes.of("key"), Bytes.of("value".repeat(40))));
    assertThat(group.finish().kind()).isEqualTo(GroupRecord.RAW);
  }

  @Test
  void small_values_that_resemble_one_another_are_compressed_together() {
    var group = new GroupRecord(1, 0);
    for (int i = 0; i < 100; i++) {
      var value = "{\"id\": " + i + ", \"name\": \"user-" + i + "\", \"active\": true}";
      group.add(new WriteBatch().put(Bytes.of("user/" + i), Bytes.of(value)));
    }
    int raw = group.bytes();
    var record = group.finish();

    assertThat(record.kind()).isEqualTo(GroupRecord.LZ4);
    assertThat(record.payload().length()).isLessThan(raw / 2);
    var read = new ArrayList<WriteBatch>();
    GroupRecord.open(record).read(read::add);
    assertThat(read).hasSize(100);
    assertThat(read.get(99).mark()).isEqualTo(100);
    assertThat(read.get(99).changes())
        .containsExactly(
            new WriteBatch.Change.Put(
                Bytes.of("user/99"),
                Bytes.of("{\"id\": 99, \"name\": \"user-99\", \"active\": true}")));
  }

  @Test
  void groups_of_json_become_smaller_by_half_and_more() {
    for (int commits : new int[] {10, 100}) {
      var chance = new SplittableRandom(1);
      long raw = 0;
      long stored = 0;
      for (int i = 0; i < 1000; i += commits) {
        var group = new GroupRecord(i + 1, 0);
        for (int j = i; j < i + commits; j++) {
          var value =
              "{\"id\": %d, \"email\": \"user%d@example.org\", \"active\": %b, \"token\": \"%016x\"}"
                  .formatted(j, chance.nextInt(1_000_000), chance.nextBoolean(), chance.nextLong());
          group.add(new WriteBatch().put(Bytes.of("user/%08d".formatted(j)), Bytes.of(value)));
        }
        raw += group.bytes();
        stored += group.finish().payload().length();
      }
      assertThat(1.0 - (double) stored / raw).isBetween(0.3, 0.7);
    }
  }

  @Test
  void what_does_not_unpack_is_corruption() {
    for (var payload : new String[] {"00000010" + "00", "7fffffff" + "00ff", "0000000c" + "f0ff"}) {
      var record = new WalRecord(0, GroupRecord.LZ4, Bytes.wrap(HexFormat.of().parseHex(payload)));
      assertThatThrownBy(() -> GroupRecord.open(record)).isInstanceOf(CorruptionError.class);
    }
    assertThatThrownBy(() -> GroupRecord.open(new WalRecord(0, 5, Bytes.EMPTY)))
        .isInstanceOf(CorruptionError.class);
  }
}
