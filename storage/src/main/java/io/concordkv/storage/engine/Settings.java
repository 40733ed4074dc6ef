package io.concordkv.storage.engine;

import io.concordkv.base.Check;
import io.concordkv.base.ConcordException;
import io.concordkv.base.ErrorCode;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// The settings of an engine, each given or by default, all within their bounds.
public final class Settings {
  private final String engine;
  private final SortedMap<String, List<Long>> values = new TreeMap<>();

  private Settings(String engine) {
    this.engine = engine;
  }

  /// What `given` says of the settings `known`. One that is unknown, or out of its range, is a
  /// [ConcordException] with [ErrorCode#BAD_SETTING] that says which there are, or what it may be.
  public static Settings parse(String engine, List<Setting> known, Map<String, String> given) {
    var settings = new Settings(engine);
    for (var setting : known) {
      var text = given.get(setting.name());
      settings.values.put(
          setting.name(), text == null ? setting.defaults() : setting.parse(engine, text));
    }
    for (var name : new TreeMap<>(given).keySet()) {
      if (!settings.values.containsKey(name)) {
        var names = known.stream().map(Setting::name).collect(Collectors.joining(", "));
        throw new ConcordException(
            ErrorCode.BAD_SETTING,
            "engine "
                + engine
                + " has no setting '"
                + name
                + "': it has "
                + (names.isEmpty() ? "none" : names));
      }
    }
    return settings;
  }

  /// Of which engine.
  public String engine() {
    return engine;
  }

  /// A number or a number of bytes; of a choice, which of its words.
  public long of(Setting setting) {
    return allOf(setting).getFirst();
  }

  /// Of a setting with several values: those that were given, or the default ones.
  public List<Long> allOf(Setting setting) {
    var all = values.get(setting.name());
    Check.that(all != null, "only settings that the engine names are asked for");
    return all == null ? setting.defaults() : all;
  }

  /// A number that fits, as its bound says.
  public int intOf(Setting setting) {
    return Math.toIntExact(of(setting));
  }

  public boolean flag(Setting setting) {
    return of(setting) != 0;
  }
}
