package io.concordkv.embedded;

/// How far a backup or a restore is.
///
/// @param done of its bytes; of a backup, those that its base has too
/// @param bytes in all
public record BackupProgress(long done, long bytes) {}
