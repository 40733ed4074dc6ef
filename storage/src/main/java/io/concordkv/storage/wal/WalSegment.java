package io.concordkv.storage.wal;

/// A segment that is complete: nothing is written to it any more.
///
/// @param first the position of its first record
/// @param end the position behind its last one, where the next segment begins
public record WalSegment(String path, long first, long end) {}
