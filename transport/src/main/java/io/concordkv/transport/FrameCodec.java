package io.concordkv.transport;

import io.concordkv.base.Bytes;
import io.concordkv.base.Check;
import io.concordkv.base.CorruptionError;
import io.concordkv.base.Crc32c;
import java.nio.ByteBuffer;

/// A [Frame] as bytes, the same for every transport: docs/formats/frame.md.
public final class FrameCodec {
  /// What a frame takes beside its payload.
  public static final int HEADER_BYTES = 18;

  private static final int CRC_BYTES = 4;

  private FrameCodec() {}

  public static int encodedBytes(Frame frame) {
    return HEADER_BYTES + frame.payload().length();
  }

  public static Bytes encode(Frame frame) {
    var array = new byte[encodedBytes(frame)];
    encode(frame, ByteBuffer.wrap(array));
    return Bytes.wrap(array);
  }

  /// Writes the frame to `target`, whose position moves behind it.
  public static void encode(Frame frame, ByteBuffer target) {
    Check.that(frame.kind() >= 0 && frame.kind() <= 0xFF, "a frame's kind is one byte");
    int start = target.position();
    target.putInt(0);
    target.putInt(frame.payload().length());
    target.put((byte) frame.lane().code());
    target.put((byte) frame.kind());
    target.putLong(frame.group());
    frame.payload().copyTo(target);
    int crc = Crc32c.of(target.slice(start + CRC_BYTES, target.position() - start - CRC_BYTES));
    target.putInt(start, crc);
  }

  public static Frame decode(Bytes encoded) {
    return decode(encoded.toByteBuffer(), Integer.MAX_VALUE);
  }

  /// How many bytes the frame that begins at `source`'s position takes in all: 0 if too little of
  /// it is there to tell. A frame that claims more than `maxBytes` is damaged.
  public static int frameBytes(ByteBuffer source, int maxBytes) {
    if (source.remaining() < 2 * CRC_BYTES) {
      return 0;
    }
    int length = source.getInt(source.position() + CRC_BYTES);
    if (length < 0 || length > maxBytes - HEADER_BYTES) {
      throw new CorruptionError("damaged frame: a payload of " + length + " bytes");
    }
    return HEADER_BYTES + length;
  }

  /// Reads exactly one frame, all of what remains of `source`; the payload is a copy.
  public static Frame decode(ByteBuffer source, int maxBytes) {
    int bytes = frameBytes(source, maxBytes);
    if (bytes == 0 || bytes != source.remaining()) {
      throw new CorruptionError(
          "damaged frame: " + bytes + " bytes announced, " + source.remaining() + " there");
    }
    int start = source.position();
    int crc = Crc32c.of(source.slice(start + CRC_BYTES, bytes - CRC_BYTES));
    if (crc != source.getInt(start)) {
      throw new CorruptionError("damaged frame: its checksum is wrong");
    }
    var lane = Lane.of(source.get(start + 8));
    if (lane == null) {
      throw new CorruptionError("damaged frame: no lane has the code " + source.get(start + 8));
    }
    int kind = source.get(start + 9) & 0xFF;
    long group = source.getLong(start + 10);
    var payload = new byte[bytes - HEADER_BYTES];
    source.get(start + HEADER_BYTES, payload);
    source.position(start + bytes);
    return new Frame(lane, group, kind, Bytes.wrap(payload));
  }
}
