package io.concordkv.replica;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.LongPredicate;

/// Which other nodes live, by what was heard of them: one fact for all groups (store liveness, as
/// in CockroachDB). Never a reason to believe anything else: a group that wakes asks by itself.
final class Neighbours {
  private static final class Neighbour {
    long heardAt;
    long life;
    boolean lives;
    boolean connected;
  }

  private final int silentTicks;
  private final TreeMap<Long, Neighbour> known = new TreeMap<>();
  private long now;

  /// @param silentTicks after so many ticks without a frame a node counts as dead
  Neighbours(int silentTicks) {
    this.silentTicks = silentTicks;
  }

  boolean lives(long node) {
    var neighbour = known.get(node);
    return neighbour != null && neighbour.lives;
  }

  /// A frame came. Returns whether the node was dead, or not known, until now.
  boolean heard(long node) {
    var neighbour = known.get(node);
    if (neighbour == null) {
      neighbour = new Neighbour();
      known.put(node, neighbour);
    }
    neighbour.heardAt = now;
    boolean back = !neighbour.lives;
    neighbour.lives = true;
    return back;
  }

  /// Its beat came. Returns whether it has begun a new life since its last one.
  boolean beat(long node, long life) {
    var neighbour = known.get(node);
    if (neighbour == null || neighbour.life == life) {
      return false;
    }
    boolean reborn = neighbour.life != 0;
    neighbour.life = life;
    return reborn;
  }

  /// Time passes. Returns who has just died: who was silent for too long, or whose connection has
  /// closed and who was not heard of since.
  List<Long> tick(LongPredicate connected) {
    now++;
    var died = new ArrayList<Long>();
    known.forEach((node, neighbour) -> {
      boolean was = neighbour.connected;
      neighbour.connected = connected.test(node);
      boolean closed = was && !neighbour.connected;
      if (neighbour.lives && (closed || now - neighbour.heardAt > silentTicks)) {
        neighbour.lives = false;
        died.add(node);
      }
    });
    return died;
  }
}
