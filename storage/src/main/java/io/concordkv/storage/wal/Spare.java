package io.concordkv.storage.wal;

/// A file that can become the next segment: `capacity` bytes that take space on the disk.
record Spare(String path, long capacity) {}
