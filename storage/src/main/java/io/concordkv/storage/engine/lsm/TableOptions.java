package io.concordkv.storage.engine.lsm;

import io.concordkv.base.ConcordException;
import io.concordkv.base.ErrorCode;
import io.concordkv.storage.engine.Setting;
import io.concordkv.storage.engine.Settings;
import io.concordkv.storage.engine.lsm.table.Compression;
import io.concordkv.storage.engine.lsm.table.PrefixExtractor;
import io.concordkv.storage.engine.lsm.table.TableWriter;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// How tables are written. Of what may differ from level to level there is a value for each level
/// from 0 on; the last one is that of all deeper levels too.
///
/// What lies in an upper level is soon written again, so it need not be small; but of the few keys
/// there each lookup asks, so their filters had better be good. A bit more for them costs little
/// memory, because most keys lie at the bottom (Dayan, Athanassoulis, Idreos: Monkey, SIGMOD 2017).
///
/// @param bytes compaction starts a new table when one has reached this size
/// @param blockBytes about how much of a table is read and checked at once
/// @param indexBlockBytes about how much of the index of a table is read at once
/// @param bloomBitsPerKey 0: no filters
/// @param compression of the data blocks
/// @param prefixes null: no filters of prefixes
public record TableOptions(
    long bytes,
    int blockBytes,
    int indexBlockBytes,
    List<Integer> bloomBitsPerKey,
    List<Compression> compression,
    @Nullable PrefixExtractor prefixes) {
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
          8 << 10,
          "about how much of a table is read and checked at once");
  private static final Setting INDEX_BLOCK =
      Setting.bytes(
          "index-block-bytes",
          1,
          1 << 20,
          16 << 10,
          "a larger index of a table has blocks of about this size, and a top level");
  private static final Setting BLOOM =
      Setting.numbers(
          "bloom-bits-per-key",
          0,
          32,
          Levels.COUNT,
          List.of(10L),
          "for each level, the last for all deeper ones; 0: no filters");
  private static final List<Compression> COMPRESSIONS = List.of(Compression.values());
  private static final Setting COMPRESSION =
      Setting.choices(
          "compression",
          COMPRESSIONS.stream().map(each -> each.name().toLowerCase(Locale.ROOT)).toList(),
          Levels.COUNT,
          List.of("lz4"),
          "of data blocks, for each level, the last for all deeper ones");

  private static final Setting PREFIX_BYTES =
      Setting.number(
          "prefix-bytes",
          0,
          1024,
          0,
          "filters tell which prefixes of so many bytes a table has, for scans of one; 0: none");
  private static final Setting PREFIX_DELIMITER =
      Setting.number(
          "prefix-delimiter",
          0,
          255,
          0,
          "the same for prefixes that end with the first such byte: 47 for '/'; 0: none");

  static final List<Setting> SETTINGS =
      List.of(BYTES, BLOCK, INDEX_BLOCK, BLOOM, COMPRESSION, PREFIX_BYTES, PREFIX_DELIMITER);

  public TableOptions {
    bloomBitsPerKey = List.copyOf(bloomBitsPerKey);
    compression = List.copyOf(compression);
  }

  static TableOptions of(Settings settings) {
    return new TableOptions(
        settings.of(BYTES),
        settings.intOf(BLOCK),
        settings.intOf(INDEX_BLOCK),
        settings.allOf(BLOOM).stream().map(Math::toIntExact).toList(),
        settings.allOf(COMPRESSION).stream()
            .map(each -> COMPRESSIONS.get(each.intValue()))
            .toList(),
        prefixes(settings.intOf(PREFIX_BYTES), settings.intOf(PREFIX_DELIMITER)));
  }

  private static @Nullable PrefixExtractor prefixes(int bytes, int delimiter) {
    if (bytes > 0 && delimiter > 0) {
      throw new ConcordException(
          ErrorCode.BAD_SETTING,
          "a prefix of lsm has prefix-bytes=%d or ends with prefix-delimiter=%d, not both: leave one"
                  .formatted(bytes, delimiter)
              + " of them out");
    }
    if (bytes > 0) {
      return new PrefixExtractor(false, bytes);
    }
    return delimiter > 0 ? new PrefixExtractor(true, delimiter) : null;
  }

  /// How a table of `level` is written.
  TableWriter.Settings at(int level) {
    return new TableWriter.Settings(
        blockBytes,
        indexBlockBytes,
        ofLevel(bloomBitsPerKey, level),
        ofLevel(compression, level),
        prefixes);
  }

  /// Whether a table of `level` would be packed otherwise in the next one.
  boolean repacksBelow(int level) {
    return ofLevel(compression, level) != ofLevel(compression, level + 1);
  }

  private static <T> T ofLevel(List<T> values, int level) {
    return values.get(Math.min(level, values.size() - 1));
  }
}
