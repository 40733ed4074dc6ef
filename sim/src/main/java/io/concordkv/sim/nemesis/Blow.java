package io.concordkv.sim.nemesis;

import io.concordkv.sim.cluster.Toggle;

/// What can be done to a cluster.
enum Blow {
  WEATHER(Toggle.FOUL_WEATHER, 2),
  ECHO(Toggle.FOUL_WEATHER, 2),
  HALVES(Toggle.PARTITIONS),
  ISOLATE_LEADER(Toggle.PARTITIONS),
  ISOLATE_ONE(Toggle.PARTITIONS),
  /// Two halves that only one node can speak to.
  BRIDGE(Toggle.PARTITIONS),
  /// Every node hears a majority, and no two the same one.
  RING(Toggle.PARTITIONS),
  ONE_WAY(Toggle.ONE_WAY),
  /// Nobody hears a node that hears everybody, or the other way round.
  MUTE(Toggle.ONE_WAY),
  /// The leader hears only what is old.
  LAG(Toggle.LAGS, 2),
  /// An election in which votes come late.
  LAG_VOTES(Toggle.LAGS, 2),
  LOSE_APPEND_REPLIES(Toggle.DEAF),
  LOSE_HEARTBEATS(Toggle.DEAF),
  LOSE_APPENDS(Toggle.DEAF),
  LOSE_CHUNKS(Toggle.DEAF),
  LOSE_VOTE_REPLIES(Toggle.DEAF),
  CLOG(Toggle.CLOGS),
  CLOG_ONE(Toggle.CLOGS),
  NARROW(Toggle.CLOGS),
  RESET(Toggle.CLOGS),
  KILL(Toggle.KILLS),
  KILL_AT_OPERATION(Toggle.KILLS),
  KILL_AT_STEP(Toggle.KILLS, 2),
  KILL_AT_VOTE(Toggle.KILLS),
  CRASH_LOOP(Toggle.KILLS),
  ROLLING_RESTART(Toggle.KILLS),
  POWER_CUT(Toggle.POWER_CUTS),
  POWER_CUT_LEADER(Toggle.POWER_CUTS),
  POWER_CUT_AT_OPERATION(Toggle.POWER_CUTS, 2),
  POWER_CUT_AT_STEP(Toggle.POWER_CUTS, 2),
  POWER_CUT_AT_VOTE(Toggle.POWER_CUTS, 2),
  BLACKOUT(Toggle.BLACKOUTS),
  /// Most nodes are gone; one comes back, and much later the others.
  MAJORITY_DOWN(Toggle.BLACKOUTS),
  PAUSE(Toggle.PAUSES),
  /// Stands still between two steps that are close in time: between checking that it leads and
  /// answering a read.
  PAUSE_AT_EVENT(Toggle.PAUSES, 2),
  SLOW_NODE(Toggle.SLOW_NODES),
  SLOW_DISK(Toggle.SLOW_NODES),
  WALL_JUMP(Toggle.CLOCKS),
  WALL_FREEZE(Toggle.CLOCKS),
  TRANSFER(Toggle.TRANSFERS, 2),
  COUP(Toggle.COUPS, 2),
  RUSH(Toggle.COUPS, 2),
  RIVALS(Toggle.COUPS, 4),
  ADD_MEMBER(Toggle.MEMBERS, 6),
  PROMOTE_MEMBER(Toggle.MEMBERS, 2),
  REMOVE_MEMBER(Toggle.MEMBERS, 3),
  REPLACE_MEMBERS(Toggle.MEMBERS, 6),
  RACE_FOR_MEMBERS(Toggle.MEMBERS, 2),
  /// For a while the voters become more, or fewer.
  RESIZE(Toggle.MEMBERS, 3),
  STALL(Toggle.STALLS, 3),
  BAD_SYNC(Toggle.BAD_DISKS, 2),
  BAD_READ(Toggle.BAD_DISKS, 3),
  BAD_WRITE(Toggle.BAD_DISKS),
  FULL_DISK(Toggle.FULL_DISKS, 2),
  ROT_LOG(Toggle.ROT, 2),
  ROT_LOG_TAIL(Toggle.ROT, 2),
  ROT_STATE(Toggle.ROT, 2),
  MISDIRECTED_WRITE(Toggle.ROT, 6),
  PHANTOM_WRITE(Toggle.ROT, 2);

  private final Toggle toggle;
  private final int weight;

  Blow(Toggle toggle) {
    this(toggle, 1);
  }

  Blow(Toggle toggle, int weight) {
    this.toggle = toggle;
    this.weight = weight;
  }

  Toggle toggle() {
    return toggle;
  }

  /// How much of the faults of a seed that has them all it is.
  int weight() {
    return weight;
  }
}
