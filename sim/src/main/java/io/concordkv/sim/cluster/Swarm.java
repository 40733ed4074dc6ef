package io.concordkv.sim.cluster;

import io.concordkv.node.LeaderRules;
import io.concordkv.node.NodeConfig;
import io.concordkv.raft.RaftConfig;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.IntStream;

/// What a seed switches on at all, and how far its knobs are turned (swarm testing: Groce et al.,
/// ISSTA 2012): a fault that is off lets others go deeper.
///
/// @param drawn what the seed switches on, before the setup switches some of it off
/// @param peaceMillis between two faults, on average
/// @param keys how many keys clients fight for
/// @param priorities of the nodes, to lead
public record Swarm(
    Setup setup,
    int nodes,
    Set<Toggle> drawn,
    long peaceMillis,
    int clients,
    int keys,
    List<Integer> priorities,
    NodeConfig config) {
  /// @param streams a fresh stream of chance for each name, so that no choice shifts another
  public static Swarm draw(Setup setup, Function<String, SplittableRandom> streams) {
    Function<String, SplittableRandom> own = name -> streams.apply("swarm/" + name);
    var drawn = EnumSet.noneOf(Toggle.class);
    for (var toggle : Toggle.values()) {
      if (own.apply(toggle.name()).nextInt(4) < toggle.quarters()) {
        drawn.add(toggle);
      }
    }
    if (setup.beyond()) {
      drawn.add(Toggle.ROT);
    }
    if (drawn.contains(Toggle.ROT)) {
      drawn.remove(Toggle.MEMBERS);
    }
    int clients = own.apply("clients").nextInt(2, 12);
    int nodes = setup.nodes() == 0 ? nodes(own.apply("nodes")) : setup.nodes();
    return new Swarm(
        setup,
        nodes,
        drawn,
        own.apply("peace").nextLong(400, 2000),
        setup.clients() < 0 ? clients : setup.clients(),
        own.apply("keys").nextInt(1, 9),
        priorities(own.apply("priorities"), nodes),
        new Knobs(own).draw());
  }

  /// Mostly three or five; now and then another number, to be seen at least.
  private static int nodes(SplittableRandom chance) {
    int drawn = chance.nextInt(20);
    return switch (drawn) {
      case 0 -> 1;
      case 1 -> 2;
      case 2 -> 4;
      case 3 -> 7;
      default -> drawn < 13 ? 3 : 5;
    };
  }

  /// Of four seeds one has preferences.
  private static List<Integer> priorities(SplittableRandom chance, int nodes) {
    int highest = RaftConfig.HIGHEST_PRIORITY;
    boolean differ = chance.nextInt(4) == 0;
    return IntStream.range(0, nodes)
        .mapToObj(_ -> differ ? chance.nextInt(highest + 1) : highest)
        .toList();
  }

  /// How the `number`th node behaves, from 0 on.
  public NodeConfig config(int number) {
    int priority = priorities.get(number % priorities.size());
    return config.withLeaders(new LeaderRules(config.leaders().leaseDriftPercent(), priority));
  }

  public boolean has(Toggle toggle) {
    return drawn.contains(toggle) && !setup.off().contains(toggle);
  }

  /// How many nodes may be lost for good while the others must still serve.
  public int expendable() {
    return (nodes - 1) / 2;
  }
}
