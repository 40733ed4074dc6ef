package io.concordkv.storage.engine.lsm.table;

import io.concordkv.base.CorruptionError;

/// How far a table reaches: whether it deletes ranges of keys, and then what its largest key means.
public enum Extent {
  /// It has keys only, up to the largest.
  KEYS(0),

  /// It deletes ranges, the last of which ends at its largest key or below; that key it has itself.
  RANGES(1),

  /// It deletes ranges, and says nothing of its largest key: there the last one ends.
  OPEN(2),

  /// It deletes all keys from where the last range begins.
  ENDLESS(3),

  /// The manifest says nothing of it, as earlier versions wrote it. It never stands in a file.
  UNKNOWN(-1);

  /// As it stands in the manifest.
  public final int code;

  Extent(int code) {
    this.code = code;
  }

  /// What `code` stands for.
  public static Extent of(int code) {
    for (var extent : values()) {
      if (extent.code == code) {
        return extent;
      }
    }
    throw new CorruptionError("a table has the extent " + code + ", which is not known here");
  }
}
