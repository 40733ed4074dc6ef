package io.concordkv.storage.engine.lsm;

import io.concordkv.storage.engine.Setting;
import io.concordkv.storage.engine.Settings;
import java.util.List;

/// How tables are written.
///
/// @param bytes compaction starts a new table when one has reached this size
/// @param blockBytes about how much of a table is read and checked at once
/// @param bloomBitsPerKey 0: no filters
/// @param compress LZ4 for the data blocks
public record TableOptions(long bytes, int blockBytes, int bloomBitsPerKey, boolean compress) {
  private static final Setting BYTES =
      Setting.bytes(
          "table-bytes",
          256,
          4L << 30,
          32 << 20,
          "compaction starts a new table when one has reached this size");
  private static final Setting BLOCK =
      Setting.bytes(
          "block-bytes",
          1,
          1 << 20,
          16 << 10,
          "about how much of a table is read and checked at once");
  private static final Setting BLOOM =
      Setting.number("bloom-bits-per-key", 0, 32, 10, "0: no filters");
  private static final Setting COMPRESS = Setting.flag("compress", true, "LZ4 for the data blocks");

  static final List<Setting> SETTINGS = List.of(BYTES, BLOCK, BLOOM, COMPRESS);

  static TableOptions of(Settings settings) {
    return new TableOptions(
        settings.of(BYTES), settings.intOf(BLOCK), settings.intOf(BLOOM), settings.flag(COMPRESS));
  }
}
