package io.concordkv.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class BytesTest {
  private static Bytes bytes(int... values) {
    var array = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      array[i] = (byte) values[i];
    }
    return Bytes.wrap(array);
  }

  /// The same content somewhere in the middle of a larger array.
  private static Bytes window(int... values) {
    return bytes(9, 9, 9).plus(bytes(values)).plus(bytes(9)).slice(3, 3 + values.length);
  }

  @Test
  void the_order_is_that_of_unsigned_bytes_and_a_prefix_comes_first() {
    var ordered =
        List.of(
            Bytes.EMPTY, bytes(0), bytes(0, 0), bytes(1), bytes(0x7F), bytes(0x80), bytes(0xFF));
    for (int i = 0; i < ordered.size(); i++) {
      for (int j = 0; j < ordered.size(); j++) {
        assertThat(Integer.signum(ordered.get(i).compareTo(ordered.get(j))))
            .as("%s and %s", ordered.get(i), ordered.get(j))
            .isEqualTo(Integer.compare(i, j));
      }
    }
  }

  @Test
  void equal_content_is_equal_wherever_it_lies() {
    var whole = bytes(1, 0xFF, 3);
    var part = window(1, 0xFF, 3);
    assertThat(part).isEqualTo(whole).hasSameHashCodeAs(whole).isEqualByComparingTo(whole);
    assertThat(part).isNotEqualTo(bytes(1, 0xFF)).isNotEqualTo(bytes(1, 0xFF, 4));
    assertThat(part.toArray()).isEqualTo(whole.toArray());
  }

  @Test
  void wrapping_shares_and_copying_does_not() {
    byte[] array = {1, 2, 3};
    var wrapped = Bytes.wrap(array);
    var part = Bytes.wrap(array, 1, 2);
    var copy = Bytes.copyOf(array);
    var buffer = ByteBuffer.wrap(array).position(1);
    var copyOfRest = Bytes.copyOf(buffer);
    array[1] = 7;
    assertThat(wrapped).isEqualTo(bytes(1, 7, 3));
    assertThat(part).isEqualTo(bytes(7, 3));
    assertThat(copy).isEqualTo(bytes(1, 2, 3));
    assertThat(copyOfRest).isEqualTo(bytes(2, 3));
    assertThat(buffer.position()).isEqualTo(1);
  }

  @Test
  void nothing_is_always_the_same_nothing() {
    assertThat(Bytes.wrap(new byte[0])).isSameAs(Bytes.EMPTY);
    assertThat(Bytes.wrap(new byte[4], 2, 0)).isSameAs(Bytes.EMPTY);
    assertThat(bytes(1, 2).slice(1, 1)).isSameAs(Bytes.EMPTY);
    assertThat(bytes(1, 2).slice(2)).isSameAs(Bytes.EMPTY);
    assertThat(Bytes.EMPTY.isEmpty()).isTrue();
    assertThat(bytes(0).isEmpty()).isFalse();
  }

  @Test
  void a_slice_of_a_slice_counts_from_its_own_start() {
    var slice = window(1, 2, 3, 4).slice(1, 4).slice(1);
    assertThat(slice).isEqualTo(bytes(3, 4));
    assertThat(slice.at(0)).isEqualTo((byte) 3);
    assertThat(slice.sharedArray()[slice.sharedOffset()]).isEqualTo((byte) 3);
  }

  @Test
  void what_lies_beside_a_window_cannot_be_reached() {
    var window = window(1, 2);
    assertThatThrownBy(() -> window.at(2)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> window.at(-1)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> window.slice(0, 3)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> window.slice(-1, 1)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> window.slice(2, 1)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> Bytes.wrap(new byte[2], 1, 2))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void joining_leaves_both_parts_as_they_were() {
    var head = window(1);
    var tail = window(2, 3);
    assertThat(head.plus(tail)).isEqualTo(bytes(1, 2, 3));
    assertThat(head.plus(Bytes.EMPTY)).isEqualTo(bytes(1));
    assertThat(head).isEqualTo(bytes(1));
    assertThat(tail).isEqualTo(bytes(2, 3));
  }

  @Test
  void the_end_of_a_prefix_is_the_least_key_above_all_that_start_with_it() {
    assertThat(window('a', 'b').prefixEnd()).isEqualTo(bytes('a', 'c'));
    assertThat(window('a', 0xFF, 0xFF).prefixEnd()).isEqualTo(bytes('b'));
    assertThat(bytes(0x7F).prefixEnd()).isEqualTo(bytes(0x80));
    assertThat(bytes(0xFF, 0xFF).prefixEnd()).isNull();
    assertThat(Bytes.EMPTY.prefixEnd()).isNull();
  }

  @Test
  void prefix_end_and_successor_agree_with_looking_at_all_short_keys() {
    var keys = shortKeys();
    for (var key : keys) {
      var end = key.prefixEnd();
      var next = key.successor();
      for (var other : keys) {
        boolean below = end == null || other.compareTo(end) < 0;
        assertThat(other.startsWith(key)).isEqualTo(other.compareTo(key) >= 0 && below);
        assertThat(other.compareTo(key) > 0).isEqualTo(other.compareTo(next) >= 0);
      }
    }
  }

  /// All keys of up to three bytes out of four.
  private static List<Bytes> shortKeys() {
    int[] alphabet = {0, 1, 0xFE, 0xFF};
    var keys = new ArrayList<>(List.of(Bytes.EMPTY));
    for (int from = 0, length = 1; length <= 3; length++) {
      int to = keys.size();
      for (var key : List.copyOf(keys.subList(from, to))) {
        for (int last : alphabet) {
          keys.add(key.plus(bytes(last)));
        }
      }
      from = to;
    }
    return keys;
  }

  @Test
  void copies_go_exactly_where_they_are_asked_to() {
    var target = new byte[4];
    window(1, 2).copyTo(target, 1);
    assertThat(target).containsExactly(0, 1, 2, 0);
    var buffer = ByteBuffer.allocate(4).position(2);
    window(1, 2).copyTo(buffer);
    assertThat(buffer.array()).containsExactly(0, 0, 1, 2);
    assertThat(buffer.remaining()).isZero();
  }

  @Test
  void a_view_shows_the_window_and_cannot_be_written() {
    var view = window(1, 2).toByteBuffer();
    assertThat(view.remaining()).isEqualTo(2);
    assertThat(view.get(0)).isEqualTo((byte) 1);
    assertThatThrownBy(() -> view.put(0, (byte) 9)).isInstanceOf(ReadOnlyBufferException.class);
  }

  @Test
  void text_is_shown_as_text_and_all_else_in_hex() {
    assertThat(Bytes.of("a key")).hasToString("a key");
    assertThat(window('a', 0)).hasToString("0x6100");
    assertThat(window(0xFF)).hasToString("0xff");
    assertThat(Bytes.of("grün").toUtf8()).isEqualTo("grün");
  }

  @Test
  void checksums_do_not_depend_on_where_the_bytes_lie() {
    var random = new SplittableRandom(1);
    for (int length = 0; length < 70; length++) {
      var array = new byte[length];
      random.nextBytes(array);
      var content = Bytes.wrap(array);
      var window = bytes(1).plus(content).slice(1);
      assertThat(Crc32c.of(window)).isEqualTo(Crc32c.of(content));
      assertThat(Crc32c.of(window.toByteBuffer())).isEqualTo(Crc32c.of(content));
    }
    // The check value of CRC-32C.
    assertThat(Crc32c.of(Bytes.of("123456789"))).isEqualTo(0xE3069283);
  }
}
