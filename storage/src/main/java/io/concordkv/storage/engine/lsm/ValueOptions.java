package io.concordkv.storage.engine.lsm;

import io.concordkv.storage.engine.Setting;
import io.concordkv.storage.engine.Settings;
import io.concordkv.storage.engine.lsm.table.Compression;
import io.concordkv.storage.engine.lsm.table.ValueUse;
import java.util.List;
import java.util.Locale;

/// Which values lie in files of their own, so that a compaction need not move them (Lu et al.,
/// WiscKey, FAST 2016), and when such files are written anew.
///
/// By default those of a page and more: reading one costs a read of its own, which is then no more
/// than that of the block in which it would lie, while moving it costs all the more. Much smaller
/// ones would make scans slow.
///
/// @param separateFrom values of so many bytes and more; 0: none
/// @param fileBytes a new file is begun when one has reached this size
/// @param livePercent a compaction rewrites what it meets of a file to less of which tables refer
/// @param compression of the values in them
record ValueOptions(long separateFrom, long fileBytes, int livePercent, Compression compression) {
  /// So many bytes of a value file, and its `n`-th part, may say where values lie.
  private static final int BOOKKEEPING = 64;

  private static final Setting SEPARATE =
      Setting.bytes(
          "separate-values-from",
          0,
          1 << 30,
          4 << 10,
          "values of so many bytes and more lie in files of their own; 0: none");
  private static final Setting FILE =
      Setting.bytes(
          "value-file-bytes",
          256,
          4L << 30,
          64 << 20,
          "a new value file is begun when one has reached this size");
  private static final Setting LIVE =
      Setting.number(
          "value-live-percent",
          0,
          90,
          50,
          "compactions rewrite what is used of a value file when less than this is; 0: never");
  private static final List<Compression> COMPRESSIONS = List.of(Compression.values());
  private static final Setting COMPRESSION =
      Setting.choices(
          "value-compression",
          COMPRESSIONS.stream().map(each -> each.name().toLowerCase(Locale.ROOT)).toList(),
          1,
          List.of("lz4"),
          "of values in files of their own, each alone");

  static final List<Setting> SETTINGS = List.of(SEPARATE, FILE, LIVE, COMPRESSION);

  static ValueOptions of(Settings settings) {
    return new ValueOptions(
        settings.of(SEPARATE),
        settings.of(FILE),
        settings.intOf(LIVE),
        COMPRESSIONS.get(settings.intOf(COMPRESSION)));
  }

  /// Whether so little of a value file is used that a compaction should take over what it meets.
  boolean isWasteful(ValueUse use) {
    return use.bytes() < use.fileBytes() / 100.0 * livePercent;
  }

  /// Whether there is more in a value file that is not used than what tells where values lie.
  boolean hasGarbage(ValueUse use) {
    return use.bytes() < use.fileBytes() - use.fileBytes() / BOOKKEEPING - BOOKKEEPING;
  }

  boolean separates(long valueBytes) {
    return separateFrom > 0 && valueBytes >= separateFrom;
  }
}
