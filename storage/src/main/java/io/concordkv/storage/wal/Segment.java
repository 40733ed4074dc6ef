package io.concordkv.storage.wal;

/// A segment as the log's owner knows it.
///
/// @param first the position of its first byte behind the header
/// @param capacity the size of its file
record Segment(String path, long first, long capacity) {}
