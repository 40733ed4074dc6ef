package io.concordkv.storage.engine.lsm;

import java.util.Map;
import java.util.TreeMap;

/// Options under which a few hundred small pairs pass through memtables, blocks and levels.
public final class TinyOptions {
  public static final String COMPRESSED_SETTINGS =
      "memtable-bytes=4096 max-memtables=3 block-bytes=256 index-block-bytes=64 level0-tables=2 level1-bytes=4096"
          + " level-factor=3 table-bytes=2048 compactions=3 block-cache-bytes=16384"
          + " compression=none,lz4,snappy,zstd bloom-bits-per-key=16,12,8 crowded-deletions=6";
  public static final String PLAIN_SETTINGS =
      "memtable-bytes=2048 max-memtables=2 block-bytes=64 index-block-bytes=128 level0-tables=2"
          + " level1-bytes=2048 level-factor=2 table-bytes=1024 block-cache-bytes=1024"
          + " compression=none crowded-deletions=1";
  public static final String NO_FILTER_SETTINGS =
      "memtable-bytes=1024 max-memtables=1 block-bytes=1024 bloom-bits-per-key=0 level0-tables=1"
          + " level1-bytes=8192 table-bytes=4096 block-cache-bytes=0 compression=zstd";
  public static final String ONE_KEY_BLOCK_SETTINGS =
      "memtable-bytes=1024 block-bytes=1 index-block-bytes=1 bloom-bits-per-key=4 level0-tables=3"
          + " level1-bytes=1024 level-factor=4 table-bytes=256 block-cache-bytes=65536 compression=snappy memtable=skiplist";

  public static final String TIERED_SETTINGS =
      "compaction=tiered tier-runs=3 memtable-bytes=1024 max-memtables=2 block-bytes=128"
          + " level0-tables=2 table-bytes=1024 block-cache-bytes=4096 compression=none,lz4";
  public static final String TIERED_ONE_AT_ONCE_SETTINGS =
      "compaction=tiered tier-runs=2 compactions=1 memtable-bytes=2048 block-bytes=256"
          + " level0-tables=4 table-bytes=4096";

  /// Values of eight bytes and more lie in files of their own.
  public static final String SEPARATED_SETTINGS =
      "separate-values-from=8 value-file-bytes=512 memtable-bytes=2048 max-memtables=2"
          + " block-bytes=128 level0-tables=2 level1-bytes=1024 level-factor=2 table-bytes=512"
          + " block-cache-bytes=4096 compression=none";

  public static final String SEPARATED_TIERED_SETTINGS =
      "separate-values-from=1 value-file-bytes=4096 value-live-percent=80 value-compression=zstd"
          + " compaction=tiered tier-runs=2 memtable-bytes=1024 level0-tables=3 table-bytes=1024";

  public static final LsmOptions SEPARATED = of(SEPARATED_SETTINGS);
  public static final String PREFIX_SETTINGS =
      "prefix-bytes=1 memtable-bytes=1024 block-bytes=64 index-block-bytes=64 table-bytes=512"
          + " level0-tables=3 level1-bytes=1024 level-factor=3 block-cache-bytes=4096"
          + " max-open-tables=3";
  public static final String DELIMITER_SETTINGS =
      "prefix-delimiter=1 memtable-bytes=1024 block-bytes=64 table-bytes=512 level0-tables=3"
          + " level1-bytes=1024 level-factor=3 block-cache-bytes=4096 bloom-bits-per-key=16";

  public static final LsmOptions TIERED = of(TIERED_SETTINGS);
  public static final LsmOptions COMPRESSED = of(COMPRESSED_SETTINGS);
  public static final LsmOptions PLAIN = of(PLAIN_SETTINGS);

  private TinyOptions() {}

  /// `settings` as `name=value`, with spaces between them.
  public static LsmOptions of(String settings) {
    return LsmOptions.of(map(settings));
  }

  public static Map<String, String> map(String settings) {
    var map = new TreeMap<String, String>();
    for (var setting : settings.isEmpty() ? new String[0] : settings.split(" ")) {
      var parts = setting.split("=", 2);
      map.put(parts[0], parts[1]);
    }
    return map;
  }
}
