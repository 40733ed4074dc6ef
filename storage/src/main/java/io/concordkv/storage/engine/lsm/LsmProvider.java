package io.concordkv.storage.engine.lsm;

import io.concordkv.base.env.Env;
import io.concordkv.base.env.FileSystem;
import io.concordkv.storage.engine.Engine;
import io.concordkv.storage.engine.EngineProvider;
import io.concordkv.storage.engine.Setting;
import io.concordkv.storage.engine.Settings;
import java.util.List;

/// The engine `lsm`.
public final class LsmProvider implements EngineProvider {
  private static final LsmOptions DEFAULT = LsmOptions.DEFAULT;
  private static final long GIB = 1L << 30;

  private static final Setting MEMTABLE =
      Setting.bytes(
          "memtable-bytes",
          1 << 10,
          GIB,
          DEFAULT.memtableBytes(),
          "a memtable is flushed when it holds so much");
  private static final Setting MEMTABLES =
      Setting.number(
          "max-memtables",
          1,
          64,
          DEFAULT.maxMemtables(),
          "with so many waiting to be flushed the engine is stalled");
  private static final Setting BLOCK =
      Setting.bytes(
          "block-bytes",
          1,
          1 << 20,
          DEFAULT.blockBytes(),
          "about how much of a table is read and checked at once");
  private static final Setting BLOOM =
      Setting.number("bloom-bits-per-key", 0, 32, DEFAULT.bloomBitsPerKey(), "0: no filters");
  private static final Setting LEVEL_0 =
      Setting.number(
          "level0-tables",
          1,
          64,
          DEFAULT.level0Tables(),
          "with so many tables level 0 is compacted");
  private static final Setting LEVEL_1 =
      Setting.bytes(
          "level1-bytes", 1 << 10, 64 * GIB, DEFAULT.level1Bytes(), "what level 1 may hold");
  private static final Setting FACTOR =
      Setting.number(
          "level-factor", 2, 100, DEFAULT.levelFactor(), "how much more each further level holds");
  private static final Setting TABLE =
      Setting.bytes(
          "table-bytes",
          256,
          4 * GIB,
          DEFAULT.tableBytes(),
          "compaction starts a new table when one has reached this size");
  private static final Setting CACHE =
      Setting.bytes(
          "block-cache-bytes",
          0,
          1024 * GIB,
          DEFAULT.blockCacheBytes(),
          "how much of the blocks stays in memory");
  private static final Setting COMPRESS =
      Setting.flag("compress", DEFAULT.compress(), "LZ4 for the data blocks");

  @Override
  public String name() {
    return "lsm";
  }

  @Override
  public boolean durable() {
    return true;
  }

  @Override
  public List<Setting> settings() {
    return List.of(
        MEMTABLE, MEMTABLES, BLOCK, BLOOM, LEVEL_0, LEVEL_1, FACTOR, TABLE, CACHE, COMPRESS);
  }

  @Override
  public Engine open(Env env, String directory, Settings settings) {
    return LsmEngine.open(env, directory, options(settings));
  }

  @Override
  public void destroy(FileSystem files, String directory) {
    LsmEngine.discard(files, directory);
  }

  private static LsmOptions options(Settings settings) {
    return new LsmOptions(
        settings.of(MEMTABLE),
        settings.intOf(MEMTABLES),
        settings.intOf(BLOCK),
        settings.intOf(BLOOM),
        settings.intOf(LEVEL_0),
        settings.of(LEVEL_1),
        settings.intOf(FACTOR),
        settings.of(TABLE),
        settings.of(CACHE),
        settings.flag(COMPRESS));
  }
}
