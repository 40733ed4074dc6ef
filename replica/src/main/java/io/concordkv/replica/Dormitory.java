package io.concordkv.replica;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/// Which groups of a loop tick, and which are asleep because nothing happens in them. A sleeping
/// group costs nothing but its share of the nodes' beats.
final class Dormitory {
  /// So many ticks until each sleeper was looked at.
  private static final int ROUND_TICKS = 64;

  private final TreeMap<Long, Replica> up = new TreeMap<>();
  private final TreeMap<Long, Replica> asleep = new TreeMap<>();
  private final TreeSet<Long> companions = new TreeSet<>();
  private long lookedAt = Long.MIN_VALUE;

  void add(Replica replica) {
    up.put(replica.group(), replica);
  }

  /// It has something to do.
  void wake(Replica replica) {
    asleep.remove(replica.group());
    up.put(replica.group(), replica);
  }

  /// Ticks who is up; who fell asleep by it does not tick again.
  void tick() {
    var fallen = new ArrayList<Replica>();
    for (var replica : List.copyOf(up.values())) {
      replica.tick();
      if (replica.asleep()) {
        fallen.add(replica);
      }
    }
    fallen.forEach(this::laid);
  }

  /// It fell asleep.
  void laid(Replica replica) {
    up.remove(replica.group());
    asleep.put(replica.group(), replica);
    companions.addAll(replica.members());
  }

  /// The nodes that share a sleeping group with this one, or did lately.
  Set<Long> companions() {
    if (asleep.isEmpty()) {
      companions.clear();
    }
    return companions;
  }

  /// The sleepers to whom `concerns` applies.
  List<Replica> sleepers(Predicate<Replica> concerns) {
    return asleep.values().stream().filter(concerns).toList();
  }

  /// A few sleepers, others each time, so that they free what they need no more of the shared log.
  List<Replica> next() {
    int count = Math.ceilDiv(asleep.size(), ROUND_TICKS);
    var some = new ArrayList<Replica>(count);
    for (int i = 0; i < count; i++) {
      var entry = asleep.higherEntry(lookedAt);
      if (entry == null) {
        entry = asleep.firstEntry();
      }
      if (entry == null) {
        break;
      }
      lookedAt = entry.getKey();
      some.add(entry.getValue());
    }
    return some;
  }
}
