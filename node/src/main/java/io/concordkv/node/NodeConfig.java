package io.concordkv.node;

import io.concordkv.base.Check;
import io.concordkv.mvcc.MvccOptions;
import io.concordkv.mvcc.watch.WatchOptions;
import io.concordkv.node.shard.Bars;
import io.concordkv.raft.ConfigurationEntry;
import io.concordkv.raft.RaftConfig;
import io.concordkv.raft.RaftOptions;
import io.concordkv.replica.HostConfig;
import io.concordkv.replica.ReplicaConfig;
import io.concordkv.storage.engine.lsm.LsmOptions;
import io.concordkv.storage.wal.WalOptions;
import java.time.Duration;

/// Everything that decides how a node behaves. Who the members are is in [Bootstrap].
///
/// @param tick how long a Raft tick is
/// @param electionTicks without a leader for so long, a member campaigns
/// @param snapshotEntries after at most so many applied entries the state is made durable, and the
///   log trimmed. As with `lsm`, replicas only have the same files if it is the same on all
/// @param catchUpEntries applied entries kept for slow followers, and `catchUpBytes` of them at
///   most
/// @param maxEntryBytes a larger command is refused
/// @param maxApplyLag with so many entries committed but not applied, writes are refused
/// @param maxPending how many requests may wait for their answer
/// @param restTicks a group in which nothing happened for so long falls asleep; 0: never
/// @param raft how much goes between members at once
public record NodeConfig(
    Duration tick,
    int electionTicks,
    long snapshotEntries,
    long catchUpEntries,
    long catchUpBytes,
    int maxEntryBytes,
    long maxApplyLag,
    int maxPending,
    int restTicks,
    RaftOptions raft,
    WalOptions wal,
    LsmOptions lsm,
    MvccOptions mvcc,
    WatchOptions watch,
    MemberRules members,
    LeaderRules leaders,
    Upkeep upkeep) {
  public static final NodeConfig DEFAULT =
      new NodeConfig(
          Duration.ofMillis(100),
          10,
          100_000,
          5_000,
          32 << 20,
          (3 << 20) / 2 + (64 << 10),
          5_000,
          50_000,
          0,
          RaftOptions.DEFAULT,
          WalOptions.DEFAULT,
          LsmOptions.DEFAULT,
          MvccOptions.DEFAULT,
          WatchOptions.DEFAULT,
          MemberRules.DEFAULT,
          LeaderRules.DEFAULT,
          Upkeep.DEFAULT);

  public NodeConfig {
    Check.that(tick.toMillis() > 0, "a tick takes at least a millisecond");
    Check.that(electionTicks > 1, "an election takes longer than a heartbeat");
    Check.that(snapshotEntries > 0 && catchUpEntries >= 0, "the log is trimmed sometimes");
    Check.that(maxPending > 0, "some request may wait");
    Check.that(
        restTicks == 0 || restTicks > raft.heartbeatTicks(), "a rest is longer than a heartbeat");
  }

  public NodeConfig withMembers(MemberRules members) {
    return with(members, leaders);
  }

  public NodeConfig withLeaders(LeaderRules leaders) {
    return with(members, leaders);
  }

  private NodeConfig with(MemberRules members, LeaderRules leaders) {
    return new NodeConfig(
        tick,
        electionTicks,
        snapshotEntries,
        catchUpEntries,
        catchUpBytes,
        maxEntryBytes,
        maxApplyLag,
        maxPending,
        restTicks,
        raft,
        wal,
        lsm,
        mvcc,
        watch,
        members,
        leaders,
        upkeep);
  }

  /// What the groups of `member` share.
  HostConfig host(long member) {
    return new HostConfig(member, "wal", tick, electionTicks, wal, upkeep.snapshotBytesPerSecond());
  }

  /// How `member` takes part in `group`.
  ReplicaConfig replica(long member, long group, ConfigurationEntry first) {
    var plain =
        RaftConfig.of(member, electionTicks, raft).withPromotionMargin(members.promotionMargin());
    return new ReplicaConfig(
        group,
        first,
        leaders.on(plain, tick),
        snapshotEntries,
        catchUpEntries,
        catchUpBytes,
        restTicks);
  }

  /// Where bars of the state's engine end: often enough that the replica, which asks for it when a
  /// state was not made durable for [#snapshotEntries], mostly need not.
  Bars bars() {
    return new Bars(Math.max(1, snapshotEntries / 2), lsm.memtables().bytes());
  }

  public Duration electionTimeout() {
    return tick.multipliedBy(electionTicks);
  }

  /// After so long without an answer a request's fate is unknown: five seconds for the disk and two
  /// elections.
  public Duration requestTimeout() {
    return Duration.ofSeconds(5).plus(electionTimeout().multipliedBy(2));
  }

  /// The shortest TTL a lease can have, in seconds: longer than an election.
  public long minLeaseSeconds() {
    return Math.ceilDiv(electionTimeout().toMillis() * 3 / 2, 1000);
  }
}
