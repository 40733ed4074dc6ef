package io.concordkv.embedded;

import io.concordkv.base.ConcordException;
import io.concordkv.base.ErrorCode;
import io.concordkv.storage.wal.WalOptions;
import java.time.Duration;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/// How a store is opened. Checked when made; what is out of its range is a [ConcordException] with
/// [ErrorCode#BAD_SETTING] that says the range.
///
/// @param engine the name of an engine ([io.concordkv.storage.engine.Engines])
/// @param settings of the engine, by name
/// @param durability when a write is acknowledged
/// @param logBytes with so much log that only the log has, the engine is saved and the log trimmed;
///   it bounds the log and the time that opening takes
/// @param segmentBytes the log is kept in files of this size
/// @param batchBytes what a batch may have, with 11 bytes for each change
/// @param recentKeys of how many keys written since it is remembered who wrote them last, while
///   transactions are open; one that is older than that conflicts
/// @param attempts how often [ConcordDb#transact] tries
/// @param locks how transactions lock
/// @param backup how the log is kept, and how backups are made
public record Options(
    String engine,
    SortedMap<String, String> settings,
    Durability durability,
    long logBytes,
    long segmentBytes,
    int batchBytes,
    int recentKeys,
    int attempts,
    LockOptions locks,
    BackupOptions backup) {
  private static final long GIB = 1L << 30;
  private static final long MAX_BUFFERED_BYTES = 32 << 20;

  /// The engine `lsm`, and [Durability#GROUPED].
  public static final Options DEFAULT =
      new Options(
          "lsm",
          new TreeMap<>(),
          Durability.GROUPED,
          128 << 20,
          16 << 20,
          8 << 20,
          100_000,
          50,
          LockOptions.DEFAULT,
          BackupOptions.DEFAULT);

  public Options {
    settings = Collections.unmodifiableSortedMap(new TreeMap<>(settings));
    inRange("log-bytes", logBytes, 64 << 10, 1024 * GIB);
    inRange("segment-bytes", segmentBytes, 16 << 10, GIB);
    inRange("batch-bytes", batchBytes, 1 << 10, 256 << 20);
    inRange("recent-keys", recentKeys, 1, 100_000_000);
    inRange("attempts", attempts, 1, 1_000_000);
    if (durability instanceof Durability.Interval(var every)
        && (every.compareTo(Duration.ofMillis(1)) < 0
            || every.compareTo(Duration.ofHours(1)) > 0)) {
      throw new ConcordException(
          ErrorCode.BAD_SETTING, "a durability interval is 1 ms to 1 h, not " + every);
    }
  }

  static void inRange(String name, long value, long least, long most) {
    if (value < least || value > most) {
      throw new ConcordException(
          ErrorCode.BAD_SETTING, name + " is " + least + " to " + most + ", not " + value);
    }
  }

  /// How the log is kept, with groups that have so many bytes and one batch more.
  WalOptions log(int groupBytes) {
    return new WalOptions(
        segmentBytes, Long.MAX_VALUE, 2 * groupBytes + batchBytes, MAX_BUFFERED_BYTES + batchBytes);
  }

  public Options withEngine(String name) {
    return new Options(
        name,
        settings,
        durability,
        logBytes,
        segmentBytes,
        batchBytes,
        recentKeys,
        attempts,
        locks,
        backup);
  }

  /// With one more setting of the engine.
  public Options withSetting(String name, String value) {
    var more = new TreeMap<>(settings);
    more.put(name, value);
    return new Options(
        engine,
        more,
        durability,
        logBytes,
        segmentBytes,
        batchBytes,
        recentKeys,
        attempts,
        locks,
        backup);
  }

  public Options withDurability(Durability mode) {
    return new Options(
        engine,
        settings,
        mode,
        logBytes,
        segmentBytes,
        batchBytes,
        recentKeys,
        attempts,
        locks,
        backup);
  }

  public Options withLog(long maxBytes, long bytesOfSegment) {
    return new Options(
        engine,
        settings,
        durability,
        maxBytes,
        bytesOfSegment,
        batchBytes,
        recentKeys,
        attempts,
        locks,
        backup);
  }

  public Options withBatchBytes(int bytes) {
    return new Options(
        engine,
        settings,
        durability,
        logBytes,
        segmentBytes,
        bytes,
        recentKeys,
        attempts,
        locks,
        backup);
  }

  public Options withRecentKeys(int keys) {
    return new Options(
        engine,
        settings,
        durability,
        logBytes,
        segmentBytes,
        batchBytes,
        keys,
        attempts,
        locks,
        backup);
  }

  public Options withAttempts(int count) {
    return new Options(
        engine,
        settings,
        durability,
        logBytes,
        segmentBytes,
        batchBytes,
        recentKeys,
        count,
        locks,
        backup);
  }

  public Options withLocks(LockOptions how) {
    return new Options(
        engine,
        settings,
        durability,
        logBytes,
        segmentBytes,
        batchBytes,
        recentKeys,
        attempts,
        how,
        backup);
  }

  public Options withBackup(BackupOptions how) {
    return new Options(
        engine,
        settings,
        durability,
        logBytes,
        segmentBytes,
        batchBytes,
        recentKeys,
        attempts,
        locks,
        how);
  }
}
