package io.concordkv.transport.peer;

import io.concordkv.base.ByteReader;
import io.concordkv.base.ByteWriter;
import io.concordkv.base.Bytes;
import io.concordkv.base.Check;
import io.concordkv.base.Crc32c;
import io.concordkv.transport.Lane;
import org.jspecify.annotations.Nullable;

/// What a connection begins with: the dialer says who it is and whom it means, the accepter says
/// whether it agrees. Both have a fixed size, so nothing is believed before it is checked. See
/// docs/formats/frame.md.
public final class Handshake {
  public static final int HELLO_BYTES = 35;
  public static final int ANSWER_BYTES = 11;
  public static final int VERSION = 1;

  private static final int MAGIC = 0x434B5650; // "CKVP"
  private static final int CRC_BYTES = 4;

  private Handshake() {}

  /// The codes are part of the format.
  public enum Answer {
    WELCOME(0, "welcome"),
    OTHER_VERSION(1, "the peer speaks another version of the protocol"),
    OTHER_CLUSTER(2, "the peer belongs to another cluster"),
    OTHER_NODE(3, "another node listens at this address"),
    SAME_NODE(4, "the peer calls itself by this node's id");

    private static final Answer[] BY_CODE = values();

    private final int code;
    private final String text;

    Answer(int code, String text) {
      this.code = code;
      this.text = text;
    }
  }

  public record Hello(int version, Lane lane, long cluster, long from, long to) {}

  public static Bytes write(Hello hello) {
    var out = new ByteWriter(HELLO_BYTES).u32(MAGIC).u16(hello.version).u8(hello.lane.code());
    return out.u64(hello.cluster).u64(hello.from).u64(hello.to).u32(out.crc(0)).finish();
  }

  /// Null if this is no hello at all.
  static @Nullable Hello readHello(Bytes hello) {
    if (!genuine(hello, HELLO_BYTES)) {
      return null;
    }
    var in = new ByteReader(hello.slice(Integer.BYTES));
    int version = in.u16();
    var lane = Lane.of(in.u8());
    return lane == null ? null : new Hello(version, lane, in.u64(), in.u64(), in.u64());
  }

  public static Bytes write(Answer answer) {
    var out = new ByteWriter(ANSWER_BYTES).u32(MAGIC).u16(VERSION).u8(answer.code);
    return out.u32(out.crc(0)).finish();
  }

  /// Null if this is no answer at all.
  public static @Nullable Answer readAnswer(Bytes answer) {
    int code = genuine(answer, ANSWER_BYTES) ? answer.at(ANSWER_BYTES - CRC_BYTES - 1) : -1;
    return code >= 0 && code < Answer.BY_CODE.length ? Answer.BY_CODE[code] : null;
  }

  /// What a person is told when the answer was not "welcome".
  public static String refusal(@Nullable Answer answer) {
    Check.that(answer != Answer.WELCOME, "who is welcome is not refused");
    return "refused: " + (answer == null ? "no peer listens at this address" : answer.text);
  }

  private static boolean genuine(Bytes message, int length) {
    if (message.length() != length) {
      return false;
    }
    int crc = Crc32c.of(message.slice(0, length - CRC_BYTES));
    return new ByteReader(message).u32() == MAGIC
        && new ByteReader(message.slice(length - CRC_BYTES)).u32() == crc;
  }
}
