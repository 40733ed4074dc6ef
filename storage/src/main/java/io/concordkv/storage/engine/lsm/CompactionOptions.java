package io.concordkv.storage.engine.lsm;

import io.concordkv.storage.engine.Setting;
import io.concordkv.storage.engine.Settings;
import java.util.List;

/// When tables are merged.
///
/// @param level0Tables with so many tables level 0 is compacted
/// @param level1Bytes what level 1 may hold; each further level holds `levelFactor` times as much
public record CompactionOptions(int level0Tables, long level1Bytes, int levelFactor) {
  private static final Setting LEVEL_0 =
      Setting.number("level0-tables", 1, 64, 4, "with so many tables level 0 is compacted");
  private static final Setting LEVEL_1 =
      Setting.bytes("level1-bytes", 1 << 10, 64L << 30, 128 << 20, "what level 1 may hold");
  private static final Setting FACTOR =
      Setting.number("level-factor", 2, 100, 10, "how much more each further level holds");

  static final List<Setting> SETTINGS = List.of(LEVEL_0, LEVEL_1, FACTOR);

  static CompactionOptions of(Settings settings) {
    return new CompactionOptions(
        settings.intOf(LEVEL_0), settings.of(LEVEL_1), settings.intOf(FACTOR));
  }
}
