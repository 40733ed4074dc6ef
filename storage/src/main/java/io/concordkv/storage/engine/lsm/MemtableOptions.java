package io.concordkv.storage.engine.lsm;

import io.concordkv.storage.engine.Setting;
import io.concordkv.storage.engine.Settings;
import java.util.List;

/// What gathers in memory.
///
/// @param bytes a memtable is flushed when it holds so much
/// @param most with so many waiting to be flushed the engine is stalled
public record MemtableOptions(long bytes, int most) {
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

  static final List<Setting> SETTINGS = List.of(BYTES, MOST);

  static MemtableOptions of(Settings settings) {
    return new MemtableOptions(settings.of(BYTES), settings.intOf(MOST));
  }
}
