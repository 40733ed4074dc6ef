package io.concordkv.sim.net;

import java.util.Collection;
import java.util.List;
import java.util.Set;

/// Which links something is about, each direction by itself.
public interface Route {
  boolean covers(long from, long to);

  Route ALL = (_, _) -> true;

  static Route link(long from, long to) {
    return (a, b) -> a == from && b == to;
  }

  /// All that `node` says and hears.
  static Route of(long node) {
    return (a, b) -> (a == node) != (b == node);
  }

  /// All links between these and everybody else.
  static Route around(Set<Long> group) {
    return (a, b) -> group.contains(a) != group.contains(b);
  }

  static Route from(long node) {
    return (a, b) -> a == node && b != node;
  }

  static Route to(long node) {
    return (a, b) -> b == node && a != node;
  }

  /// Between nodes that are in no common group; who is in none is left alone.
  static Route between(List<? extends Collection<Long>> groups) {
    return (a, b) -> {
      boolean known = false;
      for (var group : groups) {
        boolean first = group.contains(a);
        boolean second = group.contains(b);
        if (first && second) {
          return false;
        }
        known |= first || second;
      }
      return known;
    };
  }
}
