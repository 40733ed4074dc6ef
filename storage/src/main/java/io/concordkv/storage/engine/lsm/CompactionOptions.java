package io.concordkv.storage.engine.lsm;

import io.concordkv.storage.engine.Setting;
import io.concordkv.storage.engine.Settings;
import io.concordkv.storage.engine.lsm.table.TableInfo;
import java.util.List;

/// When tables are merged, and which.
///
/// @param tiered runs of similar size are merged, instead of each level with the next
/// @param tierRuns if tiered: so many of similar size are merged
/// @param level0Tables with so many tables level 0 is compacted
/// @param level1Bytes if leveled: what level 1 may hold; each further level holds `levelFactor`
///   times as much
/// @param crowdedDeletions if leveled: with so many deletions among [TableInfo#CROWD] successive
///   entries a table goes down although its level is not full; 0: never
/// @param atOnce so many compactions work at a time, and one more if it is of level 0
public record CompactionOptions(
    boolean tiered,
    int tierRuns,
    int level0Tables,
    long level1Bytes,
    int levelFactor,
    int crowdedDeletions,
    int atOnce) {
  private static final Setting STRATEGY =
      Setting.choice(
          "compaction",
          List.of("leveled", "tiered"),
          "leveled: less space, faster reads; tiered: fewer bytes written");
  private static final Setting TIER_RUNS =
      Setting.number(
          "tier-runs", 2, 32, 4, "if tiered: so many runs of similar size are merged to one");
  private static final Setting LEVEL_0 =
      Setting.number("level0-tables", 1, 64, 4, "with so many tables level 0 is compacted");
  private static final Setting LEVEL_1 =
      Setting.bytes(
          "level1-bytes", 1 << 10, 64L << 30, 128 << 20, "if leveled: what level 1 may hold");
  private static final Setting FACTOR =
      Setting.number(
          "level-factor", 2, 100, 10, "if leveled: how much more each further level holds");
  private static final Setting CROWDED =
      Setting.number(
          "crowded-deletions",
          0,
          TableInfo.CROWD,
          TableInfo.CROWD / 2,
          "if leveled: with so many deletions among "
              + TableInfo.CROWD
              + " successive entries a table is compacted early; 0: never");

  /// Two, whatever the cores: there are two threads for work in the background, and on one core
  /// they share it by steps, which is what keeps level 0 from waiting for a long merge.
  private static final Setting AT_ONCE =
      Setting.number(
          "compactions", 1, 16, 2, "so many work at a time, and one more if it is of level 0");

  static final List<Setting> SETTINGS =
      List.of(STRATEGY, TIER_RUNS, LEVEL_0, LEVEL_1, FACTOR, CROWDED, AT_ONCE);

  static CompactionOptions of(Settings settings) {
    return new CompactionOptions(
        settings.of(STRATEGY) == 1,
        settings.intOf(TIER_RUNS),
        settings.intOf(LEVEL_0),
        settings.of(LEVEL_1),
        settings.intOf(FACTOR),
        settings.intOf(CROWDED),
        settings.intOf(AT_ONCE));
  }
}
