package io.concordkv.embedded;

import io.concordkv.base.ConcordException;
import io.concordkv.base.ErrorCode;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// How a store's log is kept, and how backups are made. Checked when made; what is out of its range
/// is a [ConcordException] with [ErrorCode#BAD_SETTING] that says the range.
///
/// @param segmentAge a segment of the log in which the first record is so old is closed and the
///   next one begun, full or not, so that trimming and archiving do not lag on a quiet store
/// @param archive a directory, of this store alone, to which closed segments of the log are copied
///   before they are trimmed; null if they are not
/// @param archiveLagBytes so much of the log, in closed segments, may be missing in the archive:
///   with more, writes wait while it is written and are refused while it cannot be
/// @param bytesPerSecond what a backup reads at most
public record BackupOptions(
    Duration segmentAge, @Nullable Path archive, long archiveLagBytes, long bytesPerSecond) {
  private static final Duration MIN_AGE = Duration.ofMillis(10);
  private static final Duration MAX_AGE = Duration.ofDays(365);
  private static final long MIN_LAG = 64 << 10;
  private static final long MIN_RATE = 64 << 10;
  private static final long TIB = 1L << 40;

  public static final BackupOptions DEFAULT =
      new BackupOptions(Duration.ofHours(1), null, 1L << 30, 64 << 20);

  public BackupOptions {
    if (segmentAge.compareTo(MIN_AGE) < 0 || segmentAge.compareTo(MAX_AGE) > 0) {
      throw new ConcordException(
          ErrorCode.BAD_SETTING, "segment-age is 10 ms to 365 days, not " + segmentAge);
    }
    Options.inRange("archive-lag-bytes", archiveLagBytes, MIN_LAG, TIB);
    Options.inRange("backup-bytes-per-second", bytesPerSecond, MIN_RATE, TIB);
  }

  public BackupOptions withSegmentAge(Duration age) {
    return new BackupOptions(age, archive, archiveLagBytes, bytesPerSecond);
  }

  public BackupOptions withArchive(Path directory) {
    return new BackupOptions(segmentAge, directory, archiveLagBytes, bytesPerSecond);
  }

  public BackupOptions withArchiveLag(long bytes) {
    return new BackupOptions(segmentAge, archive, bytes, bytesPerSecond);
  }

  public BackupOptions withRate(long bytesOfSecond) {
    return new BackupOptions(segmentAge, archive, archiveLagBytes, bytesOfSecond);
  }

  /// Where the log is archived to; null if it is not.
  @Nullable Folder archiveFolder() {
    return archive == null ? null : Folder.at(archive);
  }
}
