package io.concordkv.storage.engine.bplustree;

/// Decides when a file has so much free space that pages should be moved to make it shorter.
final class Waste {
  /// So many free units are never worth it.
  private static final int SMALL_UNITS = 256;

  /// How large the file was when pages were last moved, and how much of it was taken.
  private long end;

  private long taken;

  /// Whether most of the file is free, and much has changed since the last time: what could not be
  /// moved then is not tried again and again.
  boolean isWorthMoving(Space space) {
    long endNow = space.end();
    long takenNow = space.takenUnits();
    if (endNow <= 2 * takenNow + SMALL_UNITS
        || (endNow <= end + end / 4 && takenNow >= taken - taken / 4)) {
      return false;
    }
    end = endNow;
    taken = takenNow;
    return true;
  }
}
