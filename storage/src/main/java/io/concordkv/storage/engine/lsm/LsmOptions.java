package io.concordkv.storage.engine.lsm;

/// @param memtableBytes a memtable is flushed when it holds so much
/// @param maxMemtables with so many waiting to be flushed the engine is stalled
/// @param blockBytes about how much of a table is read and checked at once
/// @param bloomBitsPerKey 0: no filters
/// @param level0Tables with so many tables level 0 is compacted
/// @param level1Bytes what level 1 may hold; each further level holds `levelFactor` times as much
/// @param tableBytes compaction starts a new table when one has reached this size
/// @param blockCacheBytes how much of the blocks stays in memory
/// @param compress LZ4 for the data blocks
public record LsmOptions(
    long memtableBytes,
    int maxMemtables,
    int blockBytes,
    int bloomBitsPerKey,
    int level0Tables,
    long level1Bytes,
    int levelFactor,
    long tableBytes,
    long blockCacheBytes,
    boolean compress) {
  public static final LsmOptions DEFAULT =
      new LsmOptions(32 << 20, 4, 16 << 10, 10, 4, 128 << 20, 10, 32 << 20, 64 << 20, true);
}
