package io.concordkv.storage.engine.lsm;

import io.concordkv.storage.engine.Setting;
import io.concordkv.storage.engine.Settings;
import java.util.List;

/// What of the tables stays in memory.
///
/// @param blockBytes how much of the blocks
/// @param openTables of how many tables the files stay open
public record CacheOptions(long blockBytes, int openTables) {
  private static final Setting BLOCKS =
      Setting.bytes(
          "block-cache-bytes", 0, 1L << 40, 64 << 20, "how much of the blocks stays in memory");

  private static final Setting OPEN_TABLES =
      Setting.number(
          "max-open-tables", 1, 1 << 20, 512, "of how many tables the files stay open, about");

  static final List<Setting> SETTINGS = List.of(BLOCKS, OPEN_TABLES);

  static CacheOptions of(Settings settings) {
    return new CacheOptions(settings.of(BLOCKS), settings.intOf(OPEN_TABLES));
  }
}
