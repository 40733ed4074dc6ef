package io.concordkv.storage.wal;

import io.concordkv.base.Check;

/// @param segmentBytes a segment is preallocated to this size and left when it is full
/// @param segmentRecords a segment is left after so many records, full or not
/// @param maxRecordBytes a larger record is refused
/// @param maxBufferedBytes what may wait to be written
public record WalOptions(
    long segmentBytes, long segmentRecords, int maxRecordBytes, long maxBufferedBytes) {
  public static final WalOptions DEFAULT =
      new WalOptions(64 << 20, Long.MAX_VALUE, 16 << 20, 256 << 20);

  public WalOptions {
    Check.that(segmentBytes >= 4096, "a segment has at least 4096 bytes");
    Check.that(segmentRecords >= 1, "a segment holds at least one record");
    Check.that(maxRecordBytes > 0, "a record may have bytes");
    Check.that(maxBufferedBytes > 0, "something may wait to be written");
  }
}
