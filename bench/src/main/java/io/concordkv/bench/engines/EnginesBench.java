package io.concordkv.bench.engines;

import io.concordkv.base.Bytes;
import io.concordkv.bench.engines.Contender.Trait;
import io.concordkv.bench.engines.Contender.Way;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Measures our engines beside the maps of the JDK and other embedded stores: `COUNT` pairs with
/// values of `VALUE` bytes, `ROUNDS` rounds in which each target has its turn, the medians as
/// tables. `TARGETS=a,b` chooses; `engine?setting=value` is a target too.
public final class EnginesBench {
  /// What is put before a kill; a child of its own JVM puts it.
  private static final int KILLED_COUNT = 200_000;

  private final int count;
  private final int valueBytes;
  private final int rounds;
  private final int calls;
  private final Duration budget;
  private final Way way;
  private final String targets;
  private final String directory;
  private final String writer;

  private EnginesBench(Map<String, String> settings) {
    count = number(settings, "COUNT", 1_000_000);
    valueBytes = number(settings, "VALUE", Pairs.VALUE_BYTES);
    rounds = number(settings, "ROUNDS", 3);
    calls = number(settings, "CALLS", 200_000);
    budget = Duration.ofMillis(number(settings, "BUDGET_MS", 3000));
    long cache = number(settings, "CACHE", 512);
    long buffer = number(settings, "BUFFER", 64);
    way = new Way(false, cache << 20, buffer << 20);
    var all = Field.all().stream().map(Contender::name).toList();
    targets = settings.getOrDefault("TARGETS", String.join(",", all));
    directory = settings.getOrDefault("IN", "");
    writer = settings.getOrDefault("WRITER", "");
  }

  private static int number(Map<String, String> settings, String name, int otherwise) {
    var text = settings.get(name);
    return text == null ? otherwise : Integer.parseInt(text);
  }

  /// `args` are settings as `NAME=value`.
  public static void main(String[] args) throws IOException {
    var settings = new TreeMap<String, String>();
    for (var arg : args) {
      var parts = arg.split("=", 2);
      settings.put(parts[0], parts.length == 1 ? "" : parts[1]);
    }
    var bench = new EnginesBench(settings);
    if (bench.writer.isEmpty()) {
      bench.run();
    } else {
      var contender = Field.named(bench.targets).getFirst();
      Killed.write(
          contender, bench.way, new Pairs(bench.count, bench.valueBytes), Path.of(bench.writer));
    }
  }

  private void run() {
    try (var folders = new Folders(directory)) {
      var contenders = new ArrayList<Contender>();
      for (var contender : Field.named(targets)) {
        var reason = unable(contender, folders);
        if (reason == null) {
          contenders.add(contender);
        } else {
          System.out.println(contender.name() + " is left out: " + reason);
        }
      }
      System.out.println("without a sync, what was acknowledged survives:");
      for (var contender : contenders) {
        System.out.println("- " + contender.name() + ": " + contender.survives());
      }
      var tables = new Tables();
      long sink = measure(contenders, folders, tables);
      killEach(contenders, folders, tables);
      System.out.printf(
          Locale.ROOT,
          "%nmedians of %d rounds, %,d pairs of %d bytes, %,d calls, cache %d MiB, buffer %d MiB,"
              + " heap %d MiB (%d)%n",
          rounds,
          count,
          new Pairs(1, valueBytes).bytes(),
          calls,
          way.cacheBytes() >> 20,
          way.bufferBytes() >> 20,
          Runtime.getRuntime().maxMemory() >> 20,
          sink % 10);
      System.out.print(tables.text());
    }
  }

  /// Why this machine cannot run it: often a native library that is not made for it.
  private @Nullable String unable(Contender contender, Folders folders) {
    var place = folders.fresh();
    try (var target = contender.open(place, way)) {
      var key = Bytes.of("key");
      target.put(key, key);
      return key.equals(target.get(key)) ? null : "it does not keep what it is given";
    } catch (RuntimeException | LinkageError failed) {
      return failed.toString();
    } finally {
      folders.remove(place);
    }
  }

  private long measure(List<Contender> contenders, Folders folders, Tables tables) {
    long sink = 0;
    var pairs = new Pairs(count, valueBytes);
    var fewer = new Pairs(Math.max(1000, count / 10), valueBytes);
    for (int round = -1; round < rounds; round++) {
      for (var contender : contenders) {
        // The first round, a short one, only warms up.
        var pass = new Pass(contender, way, round < 0 ? fewer : pairs, calls, budget, folders);
        long began = System.nanoTime();
        pass.run();
        sink += pass.sink();
        System.out.printf(
            Locale.ROOT,
            "round %d %s %.1f s%n",
            round,
            contender.name(),
            (System.nanoTime() - began) / 1e9);
        if (round >= 0) {
          tables.add(contender, pass);
        }
      }
    }
    return sink;
  }

  private void killEach(List<Contender> contenders, Folders folders, Tables tables) {
    var pairs = new Pairs(Math.min(count, KILLED_COUNT), valueBytes);
    for (var contender : contenders) {
      if (contender.is(Trait.ON_DISK) && !contender.is(Trait.ONLY_SYNCED)) {
        var place = folders.fresh();
        tables.add(contender, Killed.of(contender, way, pairs, place));
        folders.remove(place);
      }
    }
  }
}
