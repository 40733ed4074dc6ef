package io.concordkv.storage.engine.bplustree;

import io.concordkv.base.Check;
import io.concordkv.storage.engine.memtable.MemtableKind;

/// @param unitBytes a page takes one or more units of the file; fixed when the file is made
/// @param maxLeafUnits the size of a leaf follows that of the pairs, from one unit up to so many
/// @param branchUnits how large a page above the leaves is
/// @param deltaBytes a checkpoint begins when so much was written
/// @param maxDeltas with so many deltas waiting for a checkpoint the engine is stalled
/// @param cacheBytes how much of the pages stays in memory
/// @param memtable how what was written is kept until a checkpoint
public record BPlusTreeOptions(
    int unitBytes,
    int maxLeafUnits,
    int branchUnits,
    long deltaBytes,
    int maxDeltas,
    long cacheBytes,
    MemtableKind memtable) {
  public static final BPlusTreeOptions DEFAULT =
      new BPlusTreeOptions(4096, 8, 4, 32 << 20, 4, 64 << 20);

  /// With the usual memtables.
  public BPlusTreeOptions(
      int unitBytes,
      int maxLeafUnits,
      int branchUnits,
      long deltaBytes,
      int maxDeltas,
      long cacheBytes) {
    this(
        unitBytes,
        maxLeafUnits,
        branchUnits,
        deltaBytes,
        maxDeltas,
        cacheBytes,
        MemtableKind.USUAL);
  }

  public BPlusTreeOptions {
    Check.that(
        unitBytes >= Head.MIN_UNIT_BYTES
            && unitBytes <= Head.MAX_UNIT_BYTES
            && Integer.bitCount(unitBytes) == 1,
        "a unit has 128 to 65,536 bytes, a power of two");
    Check.that(maxLeafUnits >= 1 && maxLeafUnits <= 64, "a leaf has 1 to 64 units");
    Check.that(branchUnits >= 1 && branchUnits <= 64, "a branch has 1 to 64 units");
    Check.that(deltaBytes > 0 && maxDeltas > 0, "something may be written before a checkpoint");
    Check.that(cacheBytes >= 0, "a cache has no negative size");
  }
}
