package io.concordkv.transport.peer;

import io.concordkv.base.ByteReader;
import io.concordkv.base.ByteWriter;
import io.concordkv.base.Bytes;
import io.concordkv.base.Check;
import io.concordkv.base.Crc32c;
import io.concordkv.transport.Lane;
import org.jspecify.annotations.Nullable;

/// What a connection begins with: the dialer says who it is and whom it means, the accepter says
/// whether it agrees. Nothing is believed before it is checked. See docs/formats/frame.md.
public final class Handshake {
  /// A hello without the dialer's address.
  public static final int HELLO_BYTES = 44;

  public static final int ANSWER_BYTES = 11;
  public static final int VERSION = 2;

  private static final int MAGIC = 0x434B5650; // "CKVP"
  private static final int CRC_BYTES = 4;
  private static final int MAX_ADDRESS_BYTES = 0xFF;

  private Handshake() {}

  /// The codes are part of the format.
  public enum Answer {
    WELCOME(0, "welcome"),
    OTHER_VERSION(1, "the peer speaks another version of the protocol"),
    OTHER_CLUSTER(2, "the peer belongs to another cluster"),
    OTHER_NODE(3, "another node listens at this address"),
    SAME_NODE(4, "the peer calls itself by this node's id"),
    REMOVED(5, "this node was removed from the cluster"),
    LOST_ITS_DATA(6, "this node has lost the data with which its member took part");

    private static final Answer[] BY_CODE = values();

    private final int code;
    private final String text;

    Answer(int code, String text) {
      this.code = code;
      this.text = text;
    }
  }

  /// @param birth of the dialer's data
  /// @param address where the dialer is reached, as host:port, for a peer that has not heard of it
  ///   yet; may be empty
  public record Hello(
      int version, Lane lane, long cluster, long from, long to, long birth, String address) {}

  public static Bytes write(Hello hello) {
    var address = Bytes.of(hello.address);
    Check.that(address.length() <= MAX_ADDRESS_BYTES, "an address takes at most 255 bytes");
    var out =
        new ByteWriter(HELLO_BYTES + address.length())
            .u32(MAGIC)
            .u16(hello.version)
            .u8(hello.lane.code());
    out.u64(hello.cluster).u64(hello.from).u64(hello.to).u64(hello.birth);
    return out.u8(address.length()).raw(address).u32(out.crc(0)).finish();
  }

  /// How long the hello is whose length byte this is, the one before its address.
  public static int helloBytes(int addressBytes) {
    return HELLO_BYTES + addressBytes;
  }

  /// Null if this is no hello at all.
  static @Nullable Hello readHello(Bytes hello) {
    if (hello.length() < HELLO_BYTES
        || hello.length() > HELLO_BYTES + MAX_ADDRESS_BYTES
        || !genuine(hello, hello.length())) {
      return null;
    }
    var in = new ByteReader(hello.slice(Integer.BYTES));
    int version = in.u16();
    var lane = Lane.of(in.u8());
    long cluster = in.u64();
    long from = in.u64();
    long to = in.u64();
    long birth = in.u64();
    int length = in.u8();
    if (lane == null || length != hello.length() - HELLO_BYTES) {
      return null;
    }
    int end = hello.length() - CRC_BYTES;
    var address = hello.slice(end - length, end).toUtf8();
    return new Hello(version, lane, cluster, from, to, birth, address);
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
