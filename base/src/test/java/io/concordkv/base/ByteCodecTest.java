package io.concordkv.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/// [ByteWriter] and [ByteReader] together: what one writes the other reads, and nothing else.
final class ByteCodecTest {
  private static Bytes varint(long value) {
    return new ByteWriter().varint(value).finish();
  }

  private static Bytes bytes(int... values) {
    var out = new ByteWriter();
    for (int value : values) {
      out.u8(value);
    }
    return out.finish();
  }

  private static void damaged(Bytes input, Consumer<ByteReader> read) {
    assertThatThrownBy(() -> read.accept(new ByteReader(input)))
        .isInstanceOf(CorruptionError.class)
        .hasMessageContaining("damaged record at byte");
  }

  @Test
  void everything_comes_back_in_its_order_from_a_window_too() {
    var written =
        new ByteWriter(0)
            .u8(0xFE)
            .u16(0xFEDC)
            .u32(0xFEDCBA98)
            .u64(0xFEDCBA9876543210L)
            .flag(true)
            .flag(false)
            .varint(300)
            .bytes(Bytes.of("some"))
            .text("grün")
            .list(List.of(5L, 6L), ByteWriter::varint)
            .raw(Bytes.of("end"))
            .finish();
    var in = new ByteReader(bytes(1, 2, 3).plus(written).slice(3));
    assertThat(in.remaining()).isEqualTo(written.length());
    assertThat(in.u8()).isEqualTo(0xFE);
    assertThat(in.u16()).isEqualTo(0xFEDC);
    assertThat(in.u32()).isEqualTo(0xFEDCBA98);
    assertThat(in.u64()).isEqualTo(0xFEDCBA9876543210L);
    assertThat(in.flag()).isTrue();
    assertThat(in.flag()).isFalse();
    assertThat(in.varint()).isEqualTo(300);
    assertThat(in.bytes()).isEqualTo(Bytes.of("some"));
    assertThat(in.text()).isEqualTo("grün");
    assertThat(in.list(ByteReader::varint)).containsExactly(5L, 6L);
    assertThat(in.position()).isEqualTo(written.length() - 3);
    assertThat(in.raw(1)).isEqualTo(Bytes.of("e"));
    assertThat(in.rest()).isEqualTo(Bytes.of("nd"));
    in.end();
  }

  @Test
  void the_bytes_are_big_endian_and_varints_small_end_first() {
    assertThat(new ByteWriter().u16(0x0102).u32(0x03040506).u64(0x0708090A0B0C0D0EL).finish())
        .isEqualTo(bytes(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14));
    assertThat(varint(127)).isEqualTo(bytes(0x7F));
    assertThat(varint(128)).isEqualTo(bytes(0x80, 1));
    assertThat(varint(300)).isEqualTo(bytes(0xAC, 2));
    assertThat(new ByteWriter().text("ab").finish()).isEqualTo(bytes(2, 'a', 'b'));
  }

  @Test
  void varints_of_every_size_come_back() {
    for (int bit = 0; bit < 64; bit++) {
      for (long near = -1; near <= 1; near++) {
        long value = (1L << bit) + near;
        var encoded = varint(value);
        assertThat(encoded.length()).isLessThanOrEqualTo(10);
        assertThat(new ByteReader(encoded).varint()).isEqualTo(value);
      }
    }
  }

  @Test
  void input_that_ends_too_early_is_damaged() {
    damaged(Bytes.EMPTY, ByteReader::u8);
    damaged(bytes(1), ByteReader::u16);
    damaged(bytes(1, 2, 3), ByteReader::u32);
    damaged(bytes(1, 2, 3, 4, 5, 6, 7), ByteReader::u64);
    damaged(Bytes.EMPTY, ByteReader::flag);
    damaged(bytes(0x80), ByteReader::varint);
    damaged(bytes(1, 2), in -> in.raw(3));
    damaged(bytes(3, 1, 2), ByteReader::bytes);
    damaged(bytes(3, 'a', 'b'), ByteReader::text);
    damaged(bytes(2, 1), in -> in.list(ByteReader::u8));
  }

  @Test
  void a_window_is_not_read_beyond_its_end() {
    var window = bytes(1, 2, 3, 4, 5, 6, 7, 8, 9).slice(0, 3);
    damaged(window, ByteReader::u32);
    damaged(window, ByteReader::u64);
    damaged(window, in -> in.raw(4));
  }

  @Test
  void senseless_values_are_damaged() {
    damaged(bytes(2), ByteReader::flag);
    damaged(
        bytes(0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x80, 1), ByteReader::varint);
    damaged(bytes(0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 2), ByteReader::varint);
    damaged(varint(-1), ByteReader::length);
    damaged(varint(Long.MAX_VALUE), ByteReader::length);
    damaged(bytes(1, 2), in -> in.raw(-1));
  }

  @Test
  void a_count_cannot_ask_for_more_memory_than_the_input_has() {
    damaged(varint(1 << 30), in -> in.list(ByteReader::u8));
  }

  @Test
  void bytes_left_over_are_damaged() {
    var in = new ByteReader(bytes(1, 2));
    assertThat(in.u8()).isEqualTo(1);
    assertThatThrownBy(in::end).isInstanceOf(CorruptionError.class).hasMessageContaining("1 bytes");
    assertThat(in.u8()).isEqualTo(2);
    in.end();
  }

  @Test
  void a_length_found_late_is_patched_in() {
    var out = new ByteWriter().u8(7).u32(0).raw(Bytes.of("body"));
    out.patchU32(1, out.size() - 5);
    var in = new ByteReader(out.toBytes());
    assertThat(in.u8()).isEqualTo(7);
    assertThat(in.u32()).isEqualTo(4);
    assertThat(in.rest()).isEqualTo(Bytes.of("body"));
    assertThat(out.crc(5)).isEqualTo(Crc32c.of(Bytes.of("body")));
  }

  @Test
  void a_patch_outside_of_what_was_written_is_a_bug() {
    var out = new ByteWriter(64).u32(0);
    assertThatThrownBy(() -> out.patchU32(1, 0)).isInstanceOf(InvariantError.class);
    assertThatThrownBy(() -> out.patchU32(-1, 0)).isInstanceOf(InvariantError.class);
  }

  @Test
  void a_writer_that_was_cleared_does_not_touch_what_it_gave_out() {
    var out = new ByteWriter().text("first");
    var first = out.toBytes();
    out.clear();
    assertThat(out.size()).isZero();
    var second = out.text("other").toBytes();
    assertThat(new ByteReader(first).text()).isEqualTo("first");
    assertThat(new ByteReader(second).text()).isEqualTo("other");
  }

  @Test
  void a_writer_grows_as_it_must() {
    var out = new ByteWriter(1);
    var big = new byte[100_000];
    big[99_999] = 1;
    for (int i = 0; i < 1000; i++) {
      out.u64(i);
    }
    var in = new ByteReader(out.bytes(Bytes.wrap(big)).finish());
    for (int i = 0; i < 1000; i++) {
      assertThat(in.u64()).isEqualTo(i);
    }
    assertThat(in.bytes()).isEqualTo(Bytes.wrap(big));
    in.end();
  }
}
