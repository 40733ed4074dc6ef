package io.concordkv.storage.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordkv.base.ByteWriter;
import io.concordkv.base.Bytes;
import io.concordkv.base.CorruptionError;
import io.concordkv.base.Crc32c;
import io.concordkv.base.env.FileSystem;
import io.concordkv.storage.wal.WalFormat.SegmentHeader;
import io.concordkv.testkit.Fuzz;
import io.concordkv.testkit.SimEnv;
import io.concordkv.testkit.Simulation;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Groups and headers of a log in another form, under checksums that are right.
final class WalDecodingProperty {
  private static final String DIRECTORY = "wal";
  private static final long EPOCH = 77;
  private static final int FILE_BYTES = 4096;

  private final SimEnv env = new Simulation(1).env("n1");

  private static Bytes records(String... payloads) {
    var out = new ByteWriter();
    for (var payload : payloads) {
      out.u64(9).u8(3).bytes(Bytes.of(payload));
    }
    return out.finish();
  }

  @Test
  void another_group_under_a_right_checksum_is_refused_or_read_as_it_is() {
    Fuzz.check(
        1000,
        List.of(records("one", "two"), records("three", "four"), records("x".repeat(300), "")),
        body -> read(body, 2, true).size() + read(body, 2, false).size());
  }

  @Test
  void a_header_in_another_form_is_refused_or_read_as_it_is() {
    var header = new SegmentHeader(1, 0, EPOCH, 0).encode();
    Fuzz.check(
        1000,
        List.of(header.slice(0, header.length() - 4)),
        damaged -> {
          var out = new ByteWriter().raw(damaged);
          return read(out.u32(out.crc(0)).finish(), records("one"), 1, true).size();
        });
  }

  @Test
  void a_group_whose_records_do_not_lie_in_it_is_damage_and_not_replayed() {
    assertThat(read(records("one", "two"), 2, true)).hasSize(4);
    for (int records : new int[] {1, 3, 0, -1, Integer.MAX_VALUE}) {
      assertThatThrownBy(() -> read(records("one", "two"), records, true))
          .isInstanceOf(CorruptionError.class)
          .hasMessageContaining(WalFormat.segmentPath(DIRECTORY, 0));
    }
  }

  private List<WalRecord> read(Bytes body, int records, boolean follows) {
    return read(new SegmentHeader(1, 0, EPOCH, 0).encode(), body, records, follows);
  }

  /// A log of one segment, in which a group of two records comes first, then this one and, if
  /// something `follows`, one more; all of them synced.
  private List<WalRecord> read(Bytes header, Bytes body, int records, boolean follows) {
    var out = new ByteWriter(FILE_BYTES);
    int chain = group(out, records("first", "one"), 2, 0);
    chain = group(out, body, records, chain);
    if (follows) {
      chain = group(out, records(), 0, chain);
    }
    env.files().createDirectories(DIRECTORY);
    for (var name : env.files().list(DIRECTORY)) {
      env.files().delete(DIRECTORY + "/" + name);
    }
    var path = WalFormat.segmentPath(DIRECTORY, 0);
    try (var file = env.files().open(path, FileSystem.Mode.WRITE);
        var marker = AckMarker.open(env.files(), DIRECTORY)) {
      file.preallocate(FILE_BYTES);
      file.write(0, header.toByteBuffer(), out.toBytes().toByteBuffer());
      marker.write(out.size());
    }
    new WalFollower(env.files(), DIRECTORY).follow(_ -> {});
    var rescued = new ArrayList<WalRecord>();
    WalRescue.read(env.files(), DIRECTORY, rescued::add, _ -> {});
    var found = new ArrayList<WalRecord>();
    try (var wal = Wal.open(env, DIRECTORY, WalOptions.DEFAULT, found::add)) {
      assertThat(wal.end()).isGreaterThanOrEqualTo(0);
    }
    return found;
  }

  /// Appends a group and returns its checksum.
  private static int group(ByteWriter out, Bytes body, int records, int chain) {
    long position = out.size();
    var checked =
        new ByteWriter()
            .u64(EPOCH)
            .u64(position)
            .u64(position)
            .u32(chain)
            .u32(body.length())
            .u32(records)
            .raw(body)
            .finish();
    int crc = Crc32c.of(checked);
    out.u32(WalFormat.GROUP_MAGIC).u32(crc).raw(checked);
    return crc;
  }
}
