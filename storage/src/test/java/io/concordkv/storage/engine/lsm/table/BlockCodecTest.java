package io.concordkv.storage.engine.lsm.table;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordkv.base.Bytes;
import io.concordkv.testkit.Gen;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class BlockCodecTest {
  private static final Bytes TEXT =
      Bytes.of("to be, or not to be, that is the question; ".repeat(6));

  @ParameterizedTest
  @EnumSource
  void what_is_packed_comes_back(Compression compression) {
    Gen.check(
        60,
        gen -> {
          var codec = new BlockCodec(compression);
          for (int i = 0; i < 4; i++) {
            var block = gen.oneIn(3) ? noise(gen) : repetitive(gen);
            var stored = bytes(codec.pack(block, true, 7, 100));
            assertThat(BlockCodec.unpack(stored, 7, 100)).isEqualTo(block.toArray());
          }
        });
  }

  @ParameterizedTest
  @EnumSource
  void no_flipped_bit_is_served(Compression compression) {
    var stored = bytes(new BlockCodec(compression).pack(TEXT, true, 7, 100));
    for (int bit = 0; bit < 8 * stored.length; bit++) {
      stored[bit / 8] ^= (byte) (1 << bit % 8);
      assertThat(BlockCodec.unpack(stored, 7, 100)).as("bit " + bit).isNull();
      stored[bit / 8] ^= (byte) (1 << bit % 8);
    }
  }

  /// A checksum that matches does not make a stream of it.
  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void what_is_no_stream_of_its_kind_is_damage(Compression compression) {
    Gen.check(
        200,
        gen -> {
          var body = gen.oneIn(2) ? noise(gen).toArray() : whole(compression);
          for (int i = gen.between(1, 4); i > 0 && body.length > 0; i--) {
            body[gen.below(body.length)] = (byte) gen.below(256);
          }
          var stored = sealed(compression.code, body);
          var unpacked = BlockCodec.unpack(stored, 7, 100);
          assertThat(unpacked == null || unpacked.length <= 1 << 20).isTrue();
        });
    assertThat(BlockCodec.unpack(sealed(compression.code, new byte[3]), 7, 100)).isNull();
    assertThat(BlockCodec.unpack(sealed(9, new byte[30]), 7, 100)).isNull();
  }

  @Test
  void a_block_is_compressed_only_if_that_saves_an_eighth() {
    var noise = new byte[1000];
    new SplittableRandom(1).nextBytes(noise);
    for (var compression : Compression.values()) {
      var codec = new BlockCodec(compression);
      assertThat(codec.pack(Bytes.wrap(noise), true, 1, 0).remaining()).isEqualTo(1005);
      assertThat(codec.pack(TEXT, false, 1, 0).remaining()).isEqualTo(TEXT.length() + 5);
    }
  }

  /// Blocks of released versions stay readable.
  @Test
  void a_block_of_each_kind_is_read_as_ever() {
    readsAs(
        "00000102e3746f2062652c206f72206e6f74200e00f4067468617420697320746865207175657374696f6e3b1d00"
            + "0f2b00b850696f6e3b20019179e1d9");
    readsAs(
        "00000102820234746f2062652c206f72206e6f74200d0e507468617420697320746865207175657374696f6e3b11"
            + "1dfe2b00fe2b00fe2b003e2b0002544adc17");
    readsAs(
        "0000010228b52ffd6402008501003402746f2062652c206f72206e6f742074686174206973207468652071756573"
            + "74696f6e3b03004da728081461229b4a241a35cf03fb31623a");
  }

  private static void readsAs(String stored) {
    assertThat(BlockCodec.unpack(HexFormat.of().parseHex(stored), 7, 100))
        .isEqualTo(TEXT.toArray());
  }

  private static byte[] whole(Compression compression) {
    var stored = bytes(new BlockCodec(compression).pack(TEXT, true, 7, 100));
    return Arrays.copyOf(stored, stored.length - TableFormat.TRAILER_BYTES);
  }

  private static byte[] sealed(int type, byte[] body) {
    var stored = Arrays.copyOf(body, body.length + TableFormat.TRAILER_BYTES);
    stored[body.length] = (byte) type;
    int crc = TableFormat.crc(stored, 0, body.length + 1, 7, 100);
    ByteBuffer.wrap(stored).putInt(body.length + 1, crc);
    return stored;
  }

  private static Bytes noise(Gen gen) {
    var noise = new byte[gen.below(300)];
    for (int i = 0; i < noise.length; i++) {
      noise[i] = (byte) gen.below(256);
    }
    return Bytes.wrap(noise);
  }

  private static Bytes repetitive(Gen gen) {
    var part = noise(gen).toArray();
    var block = new byte[part.length * gen.between(1, gen.oneIn(10) ? 1000 : 30)];
    for (int i = 0; i < block.length; i++) {
      block[i] = part[i % part.length];
    }
    return Bytes.wrap(block);
  }

  private static byte[] bytes(ByteBuffer stored) {
    var bytes = new byte[stored.remaining()];
    stored.get(bytes);
    return bytes;
  }
}
