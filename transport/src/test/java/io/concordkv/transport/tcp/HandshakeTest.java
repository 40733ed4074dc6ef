package io.concordkv.transport.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordkv.transport.Lane;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;

final class HandshakeTest {
  private static final Handshake.Hello HELLO = new Handshake.Hello(1, Lane.BULK, 0xC1, 0xA, 0xB);

  @Test
  void the_bytes_are_those_of_the_format_page() {
    var hello = Unpooled.buffer();
    Handshake.writeHello(hello, HELLO);
    assertThat(ByteBufUtil.hexDump(hello))
        .isEqualTo("434b565000010200000000000000c1000000000000000a000000000000000b533d7b27");
    var answer = Unpooled.buffer();
    Handshake.writeAnswer(answer, Handshake.Answer.OTHER_CLUSTER);
    assertThat(ByteBufUtil.hexDump(answer)).isEqualTo("434b5650000102bb7dfcae");
  }

  @Test
  void what_was_written_is_read_back() {
    var out = Unpooled.buffer();
    Handshake.writeHello(out, HELLO);
    assertThat(out.readableBytes()).isEqualTo(Handshake.HELLO_BYTES);
    assertThat(Handshake.readHello(out)).isEqualTo(HELLO);
    for (var answer : Handshake.Answer.values()) {
      Handshake.writeAnswer(out, answer);
      assertThat(out.readableBytes()).isEqualTo(Handshake.ANSWER_BYTES);
      assertThat(Handshake.readAnswer(out)).isEqualTo(answer);
    }
  }

  @Test
  void any_damaged_byte_makes_it_unreadable() {
    for (int at = 0; at < Handshake.HELLO_BYTES; at++) {
      var out = Unpooled.buffer();
      Handshake.writeHello(out, HELLO);
      out.setByte(at, out.getByte(at) ^ 1);
      assertThat(Handshake.readHello(out)).as("byte %d", at).isNull();
    }
  }
}
