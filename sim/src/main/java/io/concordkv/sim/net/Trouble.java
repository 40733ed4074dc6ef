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

  /// Frames of these kinds, or of all if there are none, take up to `maxMicros` longer, each as
  /// chance has it, so that they overtake one another.
  record Late(Route route, List<Integer> kinds, int maxMicros) implements Trouble {
    public Late {
      kinds = List.copyOf(kinds);
    }

    boolean delays(int kind) {
      return kinds.isEmpty() || kinds.contains(kind);
    }
  }

  /// Frames wait, and all come at once when it is over.
  record Clog(Route route) implements Trouble {}

  /// Before a frame of replication arrives there comes an older one to the same node that is like
  /// it, from whoever sent that. An echo of chance hardly ever meets the moment in which it could
  /// be taken for the newer one.
  record Echo(Route route) implements Trouble {}

  /// A link carries so many bytes in a second.
  record Narrow(Route route, long bytesPerSecond) implements Trouble {}
}
