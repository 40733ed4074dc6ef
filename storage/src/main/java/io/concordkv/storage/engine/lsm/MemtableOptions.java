package io.concordkv.storage.engine.lsm;

import io.concordkv.storage.engine.Setting;
import io.concordkv.storage.engine.Settings;
import io.concordkv.storage.engine.memtable.Memtable;
import io.concordkv.storage.engine.memtable.MemtableKind;
import java.util.List;

/// What gathers in memory.
///
/// @param bytes a memtable is flushed when it holds so much
/// @param most with so many waiting to be flushed the engine is stalled
/// @param kind how it keeps its pairs
public record MemtableOptions(long bytes, int most, MemtableKind kind) {
  private static final Setting BYTES =
      Setting.bytes(
          "memtable-bytes",
          1 << 10,
          1 << 30,
          32 << 20,
          "a memtable is flushed when it holds so much");
  private static final Setting MOST =
      Setting.number(
          "max-memtables", 1, 64, 4, "with so many waiting to be flushed the engine is stalled");

  private static final Setting KIND = MemtableKind.setting();

  static final List<Setting> SETTINGS = List.of(BYTES, MOST, KIND);

  Memtable create(long mark, long sequence) {
    return new Memtable(kind, mark, sequence, bytes);
  }

  static MemtableOptions of(Settings settings) {
    return new MemtableOptions(
        settings.of(BYTES), settings.intOf(MOST), MemtableKind.of(settings.intOf(KIND)));
  }
}
