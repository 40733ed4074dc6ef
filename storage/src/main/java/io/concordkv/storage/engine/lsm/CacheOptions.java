package io.concordkv.storage.engine.lsm;

import io.concordkv.storage.engine.Setting;
import io.concordkv.storage.engine.Settings;
import java.util.List;

/// What of the tables stays in memory.
///
/// @param blockBytes how much of the blocks
public record CacheOptions(long blockBytes) {
  private static final Setting BLOCKS =
      Setting.bytes(
          "block-cache-bytes", 0, 1L << 40, 64 << 20, "how much of the blocks stays in memory");

  static final List<Setting> SETTINGS = List.of(BLOCKS);

  static CacheOptions of(Settings settings) {
    return new CacheOptions(settings.of(BLOCKS));
  }
}
