package io.concordkv.mvcc;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordkv.base.Bytes;
import io.concordkv.mvcc.KeyspaceFormat.DataKey;
import io.concordkv.mvcc.KeyspaceFormat.HistoryKey;
import io.concordkv.mvcc.KeyspaceFormat.Meta;
import io.concordkv.mvcc.KeyspaceFormat.Version;
import io.concordkv.testkit.Gen;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/// The bytes of docs/formats/keyspace.md: what is stored today opens unchanged tomorrow.
final class KeyspaceFormatTest {
  private final KeyspaceFormat format = new KeyspaceFormat(1, 2);

  @Test
  void stored_bytes_are_those_of_the_format() {
    assertThat(hex(format.dataKey(Bytes.of("ab"), 5, 1)))
        .isEqualTo("01" + "00000001" + "0000" + "6162" + "0001" + "fffffffffffffffa" + "fffffffe");
    assertThat(hex(format.dataKey(Bytes.wrap(new byte[] {'a', 0}), 5, 0)))
        .isEqualTo(
            "01" + "00000001" + "0000" + "6100ff" + "0001" + "fffffffffffffffa" + "ffffffff");
    assertThat(hex(format.version(new Version(false, 3, 300, 7, Bytes.of("hi")))))
        .isEqualTo("00" + "03" + "ac02" + "07" + "6869");
    assertThat(hex(format.version(Version.TOMBSTONE))).isEqualTo("01");
    assertThat(hex(format.historyKey(5, 1)))
        .isEqualTo("02" + "00000001" + "0000000000000002" + "0000000000000005" + "00000001");
    assertThat(hex(format.leaseKey(16))).isEqualTo("03" + "00000001" + "0000000000000010");
    assertThat(hex(format.lease(300))).isEqualTo("ac02");
    assertThat(hex(format.metaKey())).isEqualTo("06" + "00000001" + "6d766363");
    assertThat(hex(format.meta(new Meta(9, 4, -1, 3))))
        .isEqualTo(
            "01"
                + "0000000000000009"
                + "0000000000000004"
                + "ffffffffffffffff"
                + "0000000000000003");
  }

  @Test
  void everything_written_is_read_back() {
    Gen.check(
        200,
        gen -> {
          var key = gen.smallBytes(6);
          long main = gen.anyLong() >>> 1;
          int sub = gen.anyInt() >>> 1;
          assertThat(format.readDataKey(format.dataKey(key, main, sub)))
              .isEqualTo(new DataKey(key, main, sub));
          assertThat(format.readHistoryKey(format.historyKey(main, sub)))
              .isEqualTo(new HistoryKey(main, sub));
          var version =
              new Version(false, gen.anyLong(), gen.anyLong(), gen.anyLong(), gen.bytes(9));
          assertThat(format.readVersion(format.version(version))).isEqualTo(version);
          long id = gen.anyLong();
          assertThat(format.readLeaseKey(format.leaseKey(id))).isEqualTo(id);
          var meta = new Meta(gen.anyLong(), gen.anyLong(), gen.anyLong(), gen.anyLong());
          assertThat(format.readMeta(format.meta(meta))).isEqualTo(meta);
        });
  }

  @Test
  void stored_keys_are_in_the_order_of_keys_and_then_the_newest_first() {
    Gen.check(
        500,
        gen -> {
          var one = gen.smallBytes(4);
          var other = gen.smallBytes(4);
          long main = gen.below(3);
          long otherMain = gen.below(3);
          int sub = gen.below(3);
          int otherSub = gen.below(3);
          int expected =
              !one.equals(other)
                  ? one.compareTo(other)
                  : main != otherMain
                      ? Long.compare(otherMain, main)
                      : Integer.compare(otherSub, sub);
          var stored = format.dataKey(one, main, sub);
          var otherStored = format.dataKey(other, otherMain, otherSub);
          assertThat(Integer.signum(stored.compareTo(otherStored)))
              .isEqualTo(Integer.signum(expected));
          if (one.compareTo(other) < 0) {
            assertThat(stored).isLessThan(format.dataPast(one));
            assertThat(format.dataPast(one)).isLessThan(format.dataFrom(other));
            assertThat(format.dataFrom(other)).isLessThan(otherStored);
          }
        });
  }

  private static String hex(Bytes bytes) {
    return HexFormat.of().formatHex(bytes.toArray());
  }
}
