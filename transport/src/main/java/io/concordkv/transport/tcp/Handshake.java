package io.concordkv.transport.tcp;

import io.concordkv.base.Crc32c;
import io.concordkv.transport.Lane;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/// What a connection begins with: the dialer says who it is and whom it means, the accepter says
/// whether it agrees. Both have a fixed size, so nothing is believed before it is checked. See
/// docs/formats/frame.md.
final class Handshake {
  static final int HELLO_BYTES = 35;
  static final int ANSWER_BYTES = 11;
  static final int VERSION = 1;

  private static final int MAGIC = 0x434B5650; // "CKVP"

  private Handshake() {}

  /// The codes are part of the format.
  enum Answer {
    WELCOME(0, "welcome"),
    OTHER_VERSION(1, "the peer speaks another version of the protocol"),
    OTHER_CLUSTER(2, "the peer belongs to another cluster"),
    OTHER_NODE(3, "another node listens at this address"),
    SAME_NODE(4, "the peer calls itself by this node's id");

    private static final Answer[] BY_CODE = values();

    final int code;
    final String text;

    Answer(int code, String text) {
      this.code = code;
      this.text = text;
    }
  }

  record Hello(int version, Lane lane, long cluster, long from, long to) {}

  static void writeHello(ByteBuf out, Hello hello) {
    int start = out.writerIndex();
    out.writeInt(MAGIC).writeShort(hello.version).writeByte(hello.lane.code());
    out.writeLong(hello.cluster).writeLong(hello.from).writeLong(hello.to);
    out.writeInt(Crc32c.of(out.nioBuffer(start, HELLO_BYTES - 4)));
  }

  /// Null if this is no hello at all.
  static @Nullable Hello readHello(ByteBuf in) {
    int crc = Crc32c.of(in.nioBuffer(in.readerIndex(), HELLO_BYTES - 4));
    int magic = in.readInt();
    int version = in.readUnsignedShort();
    var lane = Lane.of(in.readUnsignedByte());
    long cluster = in.readLong();
    long from = in.readLong();
    long to = in.readLong();
    if (in.readInt() != crc || magic != MAGIC || lane == null) {
      return null;
    }
    return new Hello(version, lane, cluster, from, to);
  }

  static void writeAnswer(ByteBuf out, Answer answer) {
    int start = out.writerIndex();
    out.writeInt(MAGIC).writeShort(VERSION).writeByte(answer.code);
    out.writeInt(Crc32c.of(out.nioBuffer(start, ANSWER_BYTES - 4)));
  }

  /// Null if this is no answer at all.
  static @Nullable Answer readAnswer(ByteBuf in) {
    int crc = Crc32c.of(in.nioBuffer(in.readerIndex(), ANSWER_BYTES - 4));
    int magic = in.readInt();
    in.skipBytes(2);
    int code = in.readUnsignedByte();
    if (in.readInt() != crc || magic != MAGIC || code >= Answer.BY_CODE.length) {
      return null;
    }
    return Answer.BY_CODE[code];
  }
}
