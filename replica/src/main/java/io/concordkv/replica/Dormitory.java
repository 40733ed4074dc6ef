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
  /// So many ticks until each sleeper was looked at, unless there are few.
  private static final int LOOK_TICKS = 64;

  private static final int FEW = 64;

  private final TreeMap<Long, Replica> up = new TreeMap<>();
  private final TreeMap<Long, Replica> asleep = new TreeMap<>();
  private final TreeSet<Long> companions = new TreeSet<>();
  private long lookedAt;
  private boolean looking;

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
    if (up.isEmpty()) {
      return;
    }
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

  /// Begins to look at all sleepers, a few with each tick. False if that is under way already.
  boolean look() {
    boolean begins = !looking;
    if (begins) {
      looking = true;
      lookedAt = Long.MIN_VALUE;
    }
    return begins;
  }

  /// The sleepers that are to be looked at in this tick.
  List<Replica> looked() {
    if (!looking) {
      return List.of();
    }
    int most = Math.max(FEW, asleep.size() / LOOK_TICKS);
    var some = new ArrayList<Replica>(Math.min(most, asleep.size()));
    for (var each : asleep.tailMap(lookedAt, false).values()) {
      if (some.size() == most) {
        return some;
      }
      lookedAt = each.group();
      some.add(each);
    }
    looking = false;
    return some;
  }
}
