package io.concordkv.embedded;

import io.concordkv.base.ConcordException;
import io.concordkv.base.ErrorCode;
import java.time.Duration;

/// How a store's log is cut into pieces that can be kept. Checked when made; what is out of its
/// range is a [ConcordException] with [ErrorCode#BAD_SETTING] that says the range.
///
/// @param segmentAge a segment of the log in which the first record is so old is closed and the
///   next one begun, full or not, so that trimming and archiving do not lag on a quiet store
public record BackupOptions(Duration segmentAge) {
  private static final Duration MIN_AGE = Duration.ofMillis(10);
  private static final Duration MAX_AGE = Duration.ofDays(365);

  public static final BackupOptions DEFAULT = new BackupOptions(Duration.ofHours(1));

  public BackupOptions {
    if (segmentAge.compareTo(MIN_AGE) < 0 || segmentAge.compareTo(MAX_AGE) > 0) {
      throw new ConcordException(
          ErrorCode.BAD_SETTING, "segment-age is 10 ms to 365 days, not " + segmentAge);
    }
  }

  public BackupOptions withSegmentAge(Duration age) {
    return new BackupOptions(age);
  }
}
