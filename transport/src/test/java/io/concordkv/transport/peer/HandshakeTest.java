package io.concordkv.transport.peer;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordkv.base.Bytes;
import io.concordkv.transport.Lane;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

final class HandshakeTest {
  private static final Handshake.Hello HELLO =
      new Handshake.Hello(2, Lane.BULK, 0xC1, 0xA, 0xB, 0xD, "a:1");

  @Test
  void the_bytes_are_those_of_the_format_page() {
    assertThat(HexFormat.of().formatHex(Handshake.write(HELLO).toArray()))
        .isEqualTo(
            "434b565000020200000000000000c1000000000000000a000000000000000b"
                + "000000000000000d03613a318afa58f9");
    var answer = Handshake.write(Handshake.Answer.OTHER_CLUSTER);
    assertThat(HexFormat.of().formatHex(answer.toArray())).isEqualTo("434b56500002028f9a5437");
  }

  @Test
  void what_was_written_is_read_back() {
    assertThat(Handshake.write(HELLO).length()).isEqualTo(Handshake.helloBytes(3));
    assertThat(Handshake.readHello(Handshake.write(HELLO))).isEqualTo(HELLO);
    for (var answer : Handshake.Answer.values()) {
      assertThat(Handshake.write(answer).length()).isEqualTo(Handshake.ANSWER_BYTES);
      assertThat(Handshake.readAnswer(Handshake.write(answer))).isEqualTo(answer);
    }
  }

  @Test
  void any_damaged_byte_makes_it_unreadable() {
    for (int at = 0; at < Handshake.helloBytes(3); at++) {
      assertThat(Handshake.readHello(damaged(Handshake.write(HELLO), at))).as("%d", at).isNull();
    }
    for (int at = 0; at < Handshake.ANSWER_BYTES; at++) {
      var answer = Handshake.write(Handshake.Answer.WELCOME);
      assertThat(Handshake.readAnswer(damaged(answer, at))).as("byte %d", at).isNull();
    }
  }

  @Test
  void another_length_makes_it_unreadable() {
    var hello = Handshake.write(HELLO);
    assertThat(Handshake.readHello(hello.slice(0, hello.length() - 1))).isNull();
    assertThat(Handshake.readHello(hello.plus(Bytes.of("x")))).isNull();
    assertThat(Handshake.readAnswer(Bytes.EMPTY)).isNull();
  }

  private static Bytes damaged(Bytes message, int at) {
    var bytes = message.toArray();
    bytes[at] ^= 1;
    return Bytes.wrap(bytes);
  }
}
