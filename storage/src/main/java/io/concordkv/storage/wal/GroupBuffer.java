package io.concordkv.storage.wal;

import io.concordkv.base.Crc32c;
import java.nio.ByteBuffer;

/// A group of records on its way to the disk, in the bytes that it has there. The loop fills it,
/// then a worker seals and writes it, then the loop uses it again.
final class GroupBuffer {
  private static final int INITIAL_BYTES = 16 << 10;
  private static final int MAX_KEPT_BYTES = 2 << 20;

  /// Group id, kind and the longest varint of an int.
  private static final int MAX_RECORD_OVERHEAD = 8 + 1 + 5;

  private ByteBuffer bytes = ByteBuffer.allocateDirect(INITIAL_BYTES);
  private long first;
  private int records;

  void begin(long position) {
    bytes.clear().position(WalFormat.GROUP_HEADER_BYTES);
    first = position;
    records = 0;
  }

  void add(WalRecord record) {
    var payload = record.payload();
    reserve(MAX_RECORD_OVERHEAD + payload.length());
    bytes.putLong(record.group()).put((byte) record.kind());
    int length = payload.length();
    while (length >= 0x80) {
      bytes.put((byte) (length | 0x80));
      length >>>= 7;
    }
    bytes.put((byte) length);
    payload.copyTo(bytes);
    records++;
  }

  /// Completes the header. What is returned is to be written at [#first()].
  ByteBuffer seal(long epoch, long durable, int chain) {
    bytes.putInt(0, WalFormat.GROUP_MAGIC);
    bytes.putLong(8, epoch);
    bytes.putLong(16, first);
    bytes.putLong(24, durable);
    bytes.putInt(32, chain);
    bytes.putInt(36, size() - WalFormat.GROUP_HEADER_BYTES);
    bytes.putInt(40, records);
    var sealed = bytes.duplicate().flip();
    bytes.putInt(4, Crc32c.of(sealed.position(WalFormat.GROUP_CHECKED_FROM)));
    return sealed.position(0);
  }

  int crc() {
    return bytes.getInt(4);
  }

  long first() {
    return first;
  }

  long end() {
    return first + size();
  }

  int size() {
    return bytes.position();
  }

  int records() {
    return records;
  }

  /// Whether it is worth keeping: memory for one huge record is given back.
  boolean isReusable() {
    return bytes.capacity() <= MAX_KEPT_BYTES;
  }

  private void reserve(int more) {
    if (bytes.remaining() < more) {
      int capacity = Math.max(Math.multiplyExact(bytes.capacity(), 2), bytes.position() + more);
      bytes = ByteBuffer.allocateDirect(capacity).put(bytes.flip());
    }
  }
}
