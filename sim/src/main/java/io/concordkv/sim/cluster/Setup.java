package io.concordkv.sim.cluster;

import io.concordkv.base.Check;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What makes a run: a seed, and what is left of what follows from it. The whole of it is one line
/// that repeats the run.
///
/// @param nodes 0: as the seed says
/// @param clients -1: as the seed says
/// @param chaos how long the nemesis is at work
/// @param keep the numbers of the faults that happen; null: all
/// @param off what the seed may not switch on
/// @param beyond damage has no bound, so that only wrong answers count, not missing ones
public record Setup(
    long seed,
    int nodes,
    int clients,
    Duration chaos,
    @Nullable Set<Integer> keep,
    Set<Toggle> off,
    boolean beyond) {
  private static final long DEFAULT_SECONDS = 30;

  public Setup {
    keep = keep == null ? null : new TreeSet<>(keep);
    off = off.isEmpty() ? EnumSet.noneOf(Toggle.class) : EnumSet.copyOf(off);
  }

  public static Setup of(long seed, int nodes, Duration chaos) {
    return new Setup(seed, nodes, -1, chaos, null, EnumSet.noneOf(Toggle.class), false);
  }

  /// From words as [#command()] prints them, but for the seed.
  public static Setup parse(long seed, List<String> words) {
    var values = new TreeMap<String, String>();
    for (var word : words) {
      var pair = word.split("=", 2);
      Check.that(pair.length == 2, "a setting is NAME=VALUE");
      if (!pair[1].isBlank()) {
        values.put(pair[0], pair[1]);
      }
    }
    var keep = values.get("KEEP");
    var off = values.getOrDefault("OFF", "");
    return new Setup(
        seed,
        Integer.parseInt(values.getOrDefault("NODES", "0")),
        Integer.parseInt(values.getOrDefault("CLIENTS", "-1")),
        Duration.ofMillis(
            (long)
                (1000 * Double.parseDouble(values.getOrDefault("SECONDS", "" + DEFAULT_SECONDS)))),
        keep == null ? null : numbers(keep),
        toggles(off),
        values.getOrDefault("BEYOND", "0").equals("1"));
  }

  private static Set<Integer> numbers(String text) {
    var numbers = new TreeSet<Integer>();
    for (var part : text.split(",", -1)) {
      if (!part.equals("none")) {
        numbers.add(Integer.valueOf(part));
      }
    }
    return numbers;
  }

  private static Set<Toggle> toggles(String text) {
    var toggles = EnumSet.noneOf(Toggle.class);
    for (var name : text.split(",", -1)) {
      if (!name.isEmpty()) {
        toggles.add(Toggle.valueOf(name.toUpperCase(Locale.ROOT)));
      }
    }
    return toggles;
  }

  public boolean keeps(int fault) {
    return keep == null || keep.contains(fault);
  }

  public Setup withNodes(int nodes) {
    return new Setup(seed, nodes, clients, chaos, keep, off, beyond);
  }

  public Setup withClients(int clients) {
    return new Setup(seed, nodes, clients, chaos, keep, off, beyond);
  }

  public Setup withChaos(Duration chaos) {
    return new Setup(seed, nodes, clients, chaos, keep, off, beyond);
  }

  public Setup keeping(Set<Integer> faults) {
    return new Setup(seed, nodes, clients, chaos, faults, off, beyond);
  }

  public Setup without(Toggle toggle) {
    var more = EnumSet.of(toggle);
    more.addAll(off);
    return new Setup(seed, nodes, clients, chaos, keep, more, beyond);
  }

  /// The line that repeats the run.
  public String command() {
    var line = new StringBuilder("make sim SEEDS=" + seed);
    line.append(" NODES=").append(nodes);
    line.append(" SECONDS=").append(chaos.toMillis() / 1000.0);
    if (clients >= 0) {
      line.append(" CLIENTS=").append(clients);
    }
    if (keep != null) {
      line.append(" KEEP=").append(keep.isEmpty() ? "none" : join(keep));
    }
    if (!off.isEmpty()) {
      line.append(" OFF=").append(join(off).toLowerCase(Locale.ROOT));
    }
    return line.append(beyond ? " BEYOND=1" : "").toString();
  }

  private static String join(Set<?> things) {
    return things.stream().map(Object::toString).collect(Collectors.joining(","));
  }
}
