package io.concordkv.storage.engine.lsm;

import io.concordkv.storage.engine.Setting;
import io.concordkv.storage.engine.Settings;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/// The options of the engine, by concern. Each concern knows its settings, so one more is known in
/// one place only; whoever wants something else than [#DEFAULT] says which, by name: [#of(Map)].
public record LsmOptions(
    MemtableOptions memtables,
    TableOptions tables,
    ValueOptions values,
    CompactionOptions compaction,
    CacheOptions cache) {
  static final String ENGINE = "lsm";

  static final List<Setting> SETTINGS =
      Stream.of(
              MemtableOptions.SETTINGS,
              TableOptions.SETTINGS,
              ValueOptions.SETTINGS,
              CompactionOptions.SETTINGS,
              CacheOptions.SETTINGS)
          .flatMap(List::stream)
          .toList();

  public static final LsmOptions DEFAULT = of(new TreeMap<>());

  /// The defaults, but for what is `given`, by the names of the settings. One that is unknown, or
  /// out of its range, is a `ConcordException` with `BAD_SETTING`.
  public static LsmOptions of(Map<String, String> given) {
    return of(Settings.parse(ENGINE, SETTINGS, given));
  }

  CompactionPicker picker() {
    return compaction.tiered()
        ? new TieredPicker(compaction)
        : new LeveledPicker(compaction, tables);
  }

  static LsmOptions of(Settings settings) {
    return new LsmOptions(
        MemtableOptions.of(settings),
        TableOptions.of(settings),
        ValueOptions.of(settings),
        CompactionOptions.of(settings),
        CacheOptions.of(settings));
  }
}
