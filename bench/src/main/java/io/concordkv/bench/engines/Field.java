package io.concordkv.bench.engines;

import static io.concordkv.bench.engines.Contender.Trait.ONLY_SYNCED;
import static io.concordkv.bench.engines.Contender.Trait.ON_DISK;
import static io.concordkv.bench.engines.Contender.Trait.ORDERED;
import static io.concordkv.bench.engines.Contender.Trait.READERS;
import static io.concordkv.bench.engines.Contender.Trait.SYNCS;

import io.concordkv.base.Bytes;
import io.concordkv.bench.engines.Contender.Opener;
import io.concordkv.bench.engines.Contender.Trait;
import io.concordkv.bench.engines.Contender.Way;
import io.concordkv.embedded.Durability;
import io.concordkv.embedded.Options;
import io.concordkv.storage.engine.Engines;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Supplier;
import org.rocksdb.CompressionType;

/// All that can be measured.
final class Field {
  private static final String IN_MEMORY = "neither kill -9 nor a power cut";
  private static final String IN_PAGE_CACHE = "kill -9, but no power cut: it is in the page cache";
  private static final String FLUSHED =
      "neither, but for what was flushed: the log is somebody else's";
  private static final String LAST_SECOND =
      "neither, but for what is older than a second or than the last megabytes";

  private static final List<Contender> ALL =
      List.of(
          map("TreeMap", TreeMap::new, ORDERED, READERS),
          map("ConcurrentSkipListMap", ConcurrentSkipListMap::new, ORDERED, READERS),
          map("HashMap", HashMap::new, READERS),
          map("ConcurrentHashMap", ConcurrentHashMap::new, READERS),
          engine("array"),
          engine("redblack"),
          engine("hash"),
          engine("skiplist"),
          engine("bplustree-memory"),
          rocks("rocksdb", IN_PAGE_CACHE, true, CompressionType.NO_COMPRESSION, SYNCS),
          rocks("rocksdb-lz4", IN_PAGE_CACHE, true, CompressionType.LZ4_COMPRESSION, SYNCS),
          rocks("rocksdb-lz4-nowal", FLUSHED, false, CompressionType.LZ4_COMPRESSION),
          disk("lmdb", IN_PAGE_CACHE, LmdbTarget::new),
          disk("mvstore", LAST_SECOND, MvStoreTarget::new),
          disk("mapdb", "neither, and after kill -9 the file is refused", MapDbTarget::new),
          disk("xodus", IN_PAGE_CACHE, XodusTarget::new),
          Contender.of(
              "chronicle",
              IN_PAGE_CACHE,
              (directory, _) -> new ChronicleTarget(directory),
              ON_DISK,
              READERS),
          engine("lsm"),
          engine("lsm?compression=none"),
          engine("bplustree"),
          db("lsm"),
          db("bplustree"),
          eachSynced());

  private Field() {}

  static List<Contender> all() {
    return ALL;
  }

  /// Those that `names` names, separated by commas; `engine?setting=value&setting=value` is one
  /// too.
  static List<Contender> named(String names) {
    var found = new ArrayList<Contender>();
    for (var name : names.split(",")) {
      found.add(
          ALL.stream()
              .filter(each -> each.name().equals(name))
              .findFirst()
              .orElseGet(() -> engine(name)));
    }
    return found;
  }

  private static Contender map(
      String name, Supplier<Map<Bytes, Bytes>> map, Trait first, Trait... more) {
    return Contender.of(name, IN_MEMORY, (_, _) -> new MapTarget(map.get()), first, more);
  }

  private static Contender engine(String name) {
    var parts = name.split("\\?", 2);
    var given = new TreeMap<String, String>();
    if (parts.length == 2) {
      for (var setting : parts[1].split("&")) {
        var pair = setting.split("=", 2);
        given.put(pair[0], pair[1]);
      }
    }
    var provider = Engines.installed().provider(parts[0]);
    Opener opener =
        (directory, way) -> {
          var settings = sizes(parts[0], way);
          settings.putAll(given);
          return new EngineTarget(parts[0], directory, settings);
        };
    if (provider.durable()) {
      return Contender.of(name, FLUSHED, opener, ORDERED, ON_DISK, READERS);
    }
    return parts[0].equals("hash")
        ? Contender.of(name, IN_MEMORY, opener, READERS)
        : Contender.of(name, IN_MEMORY, opener, ORDERED, READERS);
  }

  /// What the engine `name` calls its buffer and its cache.
  private static Map<String, String> sizes(String name, Way way) {
    var settings = new TreeMap<String, String>();
    switch (name) {
      case "lsm" -> {
        settings.put("memtable-bytes", Long.toString(way.bufferBytes()));
        settings.put("block-cache-bytes", Long.toString(way.cacheBytes()));
      }
      case "bplustree" -> {
        settings.put("delta-bytes", Long.toString(way.bufferBytes()));
        settings.put("cache-bytes", Long.toString(way.cacheBytes()));
      }
      default -> {}
    }
    return settings;
  }

  private static Contender disk(String name, String survives, Opener opener) {
    return Contender.of(name, survives, opener, ORDERED, ON_DISK, READERS, SYNCS);
  }

  private static Contender rocks(
      String name, String survives, boolean log, CompressionType compression, Trait... more) {
    Opener opener = (directory, way) -> new RocksTarget(directory, way, log, compression);
    var traits = new ArrayList<>(List.of(more));
    traits.add(ON_DISK);
    traits.add(READERS);
    return Contender.of(name, survives, opener, ORDERED, traits.toArray(Trait[]::new));
  }

  private static Contender db(String engine) {
    return disk(
        "ConcordDb-" + engine,
        LAST_SECOND,
        (directory, way) -> openDb(engine, directory, way, Durability.GROUPED));
  }

  private static Contender eachSynced() {
    return Contender.of(
        "ConcordDb-lsm-each",
        "is not measured",
        (directory, way) -> openDb("lsm", directory, way, Durability.EVERY_WRITE),
        ORDERED,
        ON_DISK,
        READERS,
        SYNCS,
        ONLY_SYNCED);
  }

  private static Target openDb(String engine, Path directory, Way way, Durability durability) {
    var options = Options.DEFAULT.withEngine(engine);
    for (var setting : sizes(engine, way).entrySet()) {
      options = options.withSetting(setting.getKey(), setting.getValue());
    }
    return new DbTarget(
        directory,
        options.withDurability(
            way.synced() ? durability : Durability.interval(Duration.ofSeconds(1))));
  }
}
