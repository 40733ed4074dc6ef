package io.concordkv.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordkv.base.Bytes;
import io.concordkv.base.CorruptionError;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

final class FrameCodecTest {
  private static final Frame FRAME = new Frame(Lane.DATA, 7, 65, Bytes.of("concord"));

  @Test
  void the_bytes_are_those_of_the_format_page() {
    assertThat(HexFormat.of().formatHex(FrameCodec.encode(FRAME).toArray()))
        .isEqualTo("4ca2f6f20000000701410000000000000007636f6e636f7264");
  }

  @Test
  void a_frame_survives_the_way_there_and_back() {
    assertThat(FrameCodec.decode(FrameCodec.encode(FRAME))).isEqualTo(FRAME);
  }

  @Test
  void a_single_damaged_byte_is_noticed_wherever_it_is() {
    var good = FrameCodec.encode(FRAME).toArray();
    for (int at = 0; at < good.length; at++) {
      for (int flip = 1; flip < 256; flip <<= 1) {
        var bad = good.clone();
        bad[at] ^= (byte) flip;
        assertThatThrownBy(() -> FrameCodec.decode(Bytes.wrap(bad)))
            .as("byte %d", at)
            .isInstanceOf(CorruptionError.class);
      }
    }
  }

  @Test
  void a_frame_that_was_cut_off_is_refused() {
    var good = FrameCodec.encode(FRAME);
    for (int length = 0; length < good.length(); length++) {
      var cut = good.slice(0, length);
      assertThatThrownBy(() -> FrameCodec.decode(cut)).isInstanceOf(CorruptionError.class);
    }
  }

  @Test
  void the_length_is_known_before_the_payload_is_there_and_has_a_limit() {
    var start = FrameCodec.encode(FRAME).slice(0, 8).toByteBuffer();
    assertThat(FrameCodec.frameBytes(start, 25)).isEqualTo(25);
    assertThat(FrameCodec.frameBytes(ByteBuffer.wrap(new byte[7]), 25)).isZero();
    assertThatThrownBy(() -> FrameCodec.frameBytes(start, 24)).isInstanceOf(CorruptionError.class);
  }
}
