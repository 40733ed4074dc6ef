package io.concordkv.storage.engine.memtable;

import io.concordkv.storage.engine.Setting;
import java.util.Arrays;
import java.util.Locale;

/// How a memtable keeps its pairs in order.
public enum MemtableKind {
  /// A tree whose leaves are packed, the pairs in a few large arrays: little for the collector.
  PACKED,

  /// A skip list of objects.
  SKIPLIST;

  public static final MemtableKind USUAL = PACKED;

  /// The setting of an engine that chooses one.
  public static Setting setting() {
    var words = Arrays.stream(values()).map(kind -> kind.name().toLowerCase(Locale.ROOT)).toList();
    return Setting.choice(
        "memtable", words, "how what was written is kept in memory until it is written out");
  }

  /// The one that a value of [#setting()] means.
  public static MemtableKind of(int word) {
    return values()[word];
  }

  VersionedMap create() {
    return switch (this) {
      case PACKED -> new PackedMap();
      case SKIPLIST -> new VersionedSkipList();
    };
  }
}
