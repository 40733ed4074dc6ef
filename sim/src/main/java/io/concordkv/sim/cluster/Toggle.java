package io.concordkv.sim.cluster;

/// What a seed may switch on.
public enum Toggle {
  /// Frames are lost, repeated, damaged, late, out of order.
  FOUL_WEATHER,
  /// Halves, bridges, rings of majorities, single nodes cut off.
  PARTITIONS,
  /// Links are cut in one direction.
  ONE_WAY,
  /// What some node hears, or votes, come late by as much as elections take.
  LAGS,
  /// Only one kind of message gets lost.
  DEAF,
  /// Links hold frames back and let all go at once, carry little, or break in the middle of a
  /// frame.
  CLOGS,
  /// Processes end, what they wrote stays in the page cache.
  KILLS,
  /// A node loses what it has not synced.
  POWER_CUTS,
  /// All nodes, or most of them, lose power at once.
  BLACKOUTS(1),
  /// Nodes stand still for a while and then go on.
  PAUSES,
  /// Nodes do everything slowly.
  SLOW_NODES,
  /// Clocks run at different rates, and the time of day jumps or stands still.
  CLOCKS,
  /// Leadership is handed over on request.
  TRANSFERS,
  /// A leader is cut off while it takes writes, and comes back as its successor falls.
  COUPS,
  /// The disk of the leader stands still for a while, perhaps until the power goes.
  STALLS,
  /// A sync, read or write fails, which has to end the node.
  BAD_DISKS,
  /// A disk is full for a while.
  FULL_DISKS(1),
  /// What was written is not what is read.
  ROT(1),
  /// Members are added, promoted, replaced and removed. Not together with what loses a member for
  /// good.
  MEMBERS(2),
  /// Rare but legal courses inside the nodes.
  BUGGIFY(3),
  /// Old revisions are compacted away.
  COMPACTIONS,
  LEASES,
  SLOW_WATCHERS,
  /// Transactions write a second key, so that a revision has several events.
  TWINS;

  /// Of four seeds so many have it.
  private final int quarters;

  Toggle() {
    this(2);
  }

  Toggle(int quarters) {
    this.quarters = quarters;
  }

  int quarters() {
    return quarters;
  }
}
