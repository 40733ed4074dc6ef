package io.concordkv.embedded;

import java.util.Optional;

/// How far the archive of a store's log is.
///
/// @param commit the last one that is in it
/// @param lagBytes how much of the log is not; at [BackupOptions#archiveLagBytes()] writes wait or
///   are refused
/// @param failure why it cannot be written at the moment
public record ArchiveState(long commit, long lagBytes, Optional<String> failure) {}
