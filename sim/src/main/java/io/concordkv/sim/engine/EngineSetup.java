package io.concordkv.sim.engine;

import io.concordkv.storage.engine.Engines;
import io.concordkv.storage.engine.Setting;
import io.concordkv.testkit.Gen;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What a seed chooses before anything happens.
///
/// @param settings of the engine, mostly far from where anybody would have them
/// @param steps how many things are done
public record EngineSetup(
    long seed, String engine, Map<String, String> settings, Set<Trouble> troubles, int steps) {
  /// By weight; those on the disk have most to lose.
  private static final List<String> ENGINES =
      List.of(
          "lsm",
          "lsm",
          "lsm",
          "lsm",
          "lsm",
          "bplustree",
          "bplustree",
          "bplustree",
          "bplustree",
          "jsonfile",
          "bplustree-memory",
          "redblack",
          "skiplist",
          "hash",
          "array");

  /// Has no checksums, since people may edit it; and no room for much if it is set to be small.
  private static final String WITHOUT_CHECKSUMS = "jsonfile";

  /// A prefix has a length or an end, not both.
  private static final List<String> EITHER = List.of("prefix-bytes", "prefix-delimiter");

  /// @param engine null lets the seed choose
  public static EngineSetup draw(long seed, @Nullable String engine) {
    var gen = new Gen(seed);
    var drawn = gen.oneOf(ENGINES);
    var name = engine == null ? drawn : engine;
    var settings = settings(name, gen.fork());
    var troubles = EnumSet.noneOf(Trouble.class);
    for (var trouble : Trouble.values()) {
      if (trouble == Trouble.ROT ? gen.oneIn(5) : gen.flag()) {
        troubles.add(trouble);
      }
    }
    if (name.equals(WITHOUT_CHECKSUMS)) {
      troubles.remove(Trouble.ROT);
    }
    return new EngineSetup(seed, name, settings, troubles, gen.between(100, 600));
  }

  boolean has(Trouble trouble) {
    return troubles.contains(trouble);
  }

  /// Whatever an engine lets be set, mostly as small as it may be, so that a few hundred pairs pass
  /// through all that it has.
  public static Map<String, String> settings(String engine, Gen gen) {
    var settings = new TreeMap<String, String>();
    for (var setting : Engines.installed().provider(engine).settings()) {
      if (!engine.equals(WITHOUT_CHECKSUMS) && !gen.oneIn(6)) {
        var values = new ArrayList<String>();
        for (int i = gen.between(1, Math.min(setting.upTo(), 4)); i > 0; i--) {
          values.add(value(setting, gen));
        }
        settings.put(setting.name(), String.join(",", values));
      }
    }
    if (settings.keySet().containsAll(EITHER)) {
      settings.remove(gen.oneOf(EITHER));
    }
    return settings;
  }

  private static String value(Setting setting, Gen gen) {
    long least = setting.least();
    long value =
        switch (setting.kind()) {
          case CHOICE -> gen.below(setting.words().size());
          case NUMBER -> least + gen.oneOf(0, 1, 3, 10);
          case BYTES ->
              least == 0
                  ? gen.oneOf(0, 8, 1 << 10, 16 << 10, 256 << 10)
                  : least * gen.oneOf(1, 2, 4, 16);
        };
    return setting.kind() == Setting.Kind.CHOICE
        ? setting.words().get((int) value)
        : String.valueOf(Math.min(value, setting.most()));
  }
}
