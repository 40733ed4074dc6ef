package io.concordkv.sim.net;

import java.util.List;

/// Something that is wrong with the network until it is taken back. Troubles add up.
public sealed interface Trouble {
  Route route();

  /// Nothing arrives.
  record Cut(Route route) implements Trouble {}

  /// Frames of these kinds do not arrive, all others do.
  record Deaf(Route route, List<Integer> kinds) implements Trouble {
    public Deaf {
      kinds = List.copyOf(kinds);
    }
  }

  record Foul(Route route, Weather weather) implements Trouble {}

  /// Frames wait, and all come at once when it is over.
  record Clog(Route route) implements Trouble {}

  /// A link carries so many bytes in a second.
  record Narrow(Route route, long bytesPerSecond) implements Trouble {}
}
