package io.concordkv.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordkv.base.Bytes;
import io.concordkv.base.CorruptionError;
import io.concordkv.storage.engine.WriteBatch;
import io.concordkv.storage.wal.WalRecord;
import java.util.ArrayList;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

final class GroupRecordTest {
  @Test
  void the_bytes_are_those_of_the_format() {
    var group = new GroupRecord(7);
    group.add(new WriteBatch().put(Bytes.of("a"), Bytes.of("xy")).delete(Bytes.of("b")));
    group.add(new WriteBatch().delete(Bytes.of("c")));
    var record = group.finish();

    assertThat(record.kind()).isEqualTo(GroupRecord.RAW);
    assertThat(HexFormat.of().formatHex(record.payload().toArray()))
        .isEqualTo("0000000000000007" + "00000002" + "02" + "010161027879" + "000162" + "01000163");
  }

  @Test
  void small_values_that_resemble_one_another_are_compressed_together() {
    var group = new GroupRecord(1);
    for (int i = 0; i < 100; i++) {
      var value = "{\"id\": " + i + ", \"name\": \"user-" + i + "\", \"active\": true}";
      group.add(new WriteBatch().put(Bytes.of("user/" + i), Bytes.of(value)));
    }
    int raw = group.bytes();
    var record = group.finish();

    assertThat(record.kind()).isEqualTo(GroupRecord.LZ4);
    assertThat(record.payload().length()).isLessThan(raw / 2);
    var read = new ArrayList<WriteBatch>();
    GroupRecord.read(record, read::add);
    assertThat(read).hasSize(100);
    assertThat(read.get(99).mark()).isEqualTo(100);
    assertThat(read.get(99).changes())
        .containsExactly(
            new WriteBatch.Change.Put(
                Bytes.of("user/99"),
                Bytes.of("{\"id\": 99, \"name\": \"user-99\", \"active\": true}")));
  }

  @Test
  void what_does_not_unpack_is_corruption() {
    for (var payload : new String[] {"00000010" + "00", "7fffffff" + "00ff", "0000000c" + "f0ff"}) {
      var record = new WalRecord(0, GroupRecord.LZ4, Bytes.wrap(HexFormat.of().parseHex(payload)));
      assertThatThrownBy(() -> GroupRecord.read(record, _ -> {}))
          .isInstanceOf(CorruptionError.class);
    }
    assertThatThrownBy(() -> GroupRecord.read(new WalRecord(0, 3, Bytes.EMPTY), _ -> {}))
        .isInstanceOf(CorruptionError.class);
  }
}
