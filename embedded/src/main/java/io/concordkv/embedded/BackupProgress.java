package io.concordkv.embedded;

/// How far a backup is.
///
/// @param done of its bytes, those that its base has too
/// @param bytes in all
public record BackupProgress(long done, long bytes) {}
