package io.concordkv.embedded;

import java.time.Instant;
import java.util.Optional;

/// What a backup says of itself.
///
/// @param name of its directory
/// @param engine of the store that it restores to
/// @param from it has the commits above this one, or is based on what has those up to it
/// @param to all commits up to this one are in it or in its bases; newer ones may be, too
/// @param time when it was begun
/// @param bytes what it takes by itself, without its bases
/// @param base the name of the backup that it is based on, which lies beside it
public record BackupInfo(
    String name,
    Kind kind,
    String engine,
    long from,
    long to,
    Instant time,
    long bytes,
    Optional<String> base) {
  /// What it holds.
  public enum Kind {
    /// All files of an engine.
    FULL,
    /// The files of an engine that are not in its base.
    FILES,
    /// The log since its base.
    LOG
  }
}
