package io.concordkv.sim.cluster;

import io.concordkv.mvcc.MvccOptions;
import io.concordkv.mvcc.watch.WatchOptions;
import io.concordkv.node.NodeConfig;
import io.concordkv.node.Upkeep;
import io.concordkv.storage.engine.lsm.LsmOptions;
import io.concordkv.storage.wal.WalOptions;
import java.time.Duration;
import java.util.SplittableRandom;

/// What a seed switches on at all, and how far its knobs are turned (swarm testing: Groce et al.,
/// ISSTA 2012): a fault that is off lets others go deeper.
///
/// @param chaos how long the nemesis is at work
/// @param oneWay links are cut in one direction
/// @param kills processes end, what they wrote stays in the page cache
/// @param powerCuts a node loses what it has not synced
/// @param blackouts all nodes lose power at once
/// @param pauses nodes stand still for a while and then go on
/// @param coups a leader is cut off while it takes writes, and comes back as its successor falls
/// @param stalls the disk of the leader stands still for a while, perhaps until the power goes
/// @param twins transactions write a second key, so that a revision has several events
/// @param badSyncs a sync fails, which has to end the node
public record Swarm(
    int nodes,
    Duration chaos,
    boolean foulWeather,
    boolean partitions,
    boolean oneWay,
    boolean kills,
    boolean powerCuts,
    boolean blackouts,
    boolean pauses,
    boolean transfers,
    boolean compactions,
    boolean leases,
    boolean slowWatchers,
    int clients,
    int keys,
    NodeConfig config,
    boolean coups,
    boolean stalls,
    boolean twins,
    boolean badSyncs) {
  public static Swarm draw(SplittableRandom random, int nodes, Duration chaos) {
    return new Swarm(
        nodes == 0 ? random.nextInt(5) < 3 ? 3 : 5 : nodes,
        chaos,
        random.nextBoolean(),
        random.nextBoolean(),
        random.nextBoolean(),
        random.nextBoolean(),
        random.nextBoolean(),
        random.nextInt(4) == 0,
        random.nextBoolean(),
        random.nextBoolean(),
        random.nextBoolean(),
        random.nextBoolean(),
        random.nextBoolean(),
        random.nextInt(2, 12),
        random.nextInt(1, 9),
        config(random),
        random.nextBoolean(),
        random.nextBoolean(),
        random.nextBoolean(),
        random.nextBoolean());
  }

  private static NodeConfig config(SplittableRandom random) {
    var defaults = NodeConfig.DEFAULT;
    return new NodeConfig(
        defaults.tick(),
        defaults.electionTicks(),
        random.nextBoolean() ? random.nextLong(10, 51) : random.nextLong(200, 2000),
        random.nextBoolean() ? random.nextLong(0, 20) : random.nextLong(100, 1000),
        defaults.catchUpBytes(),
        defaults.maxEntryBytes(),
        defaults.maxApplyLag(),
        defaults.maxPending(),
        wal(random),
        lsm(random),
        MvccOptions.DEFAULT,
        watch(random),
        defaults.members(),
        defaults.leaders(),
        upkeep(random));
  }

  private static WatchOptions watch(SplittableRandom random) {
    return new WatchOptions(
        Duration.ofMillis(random.nextLong(200, 4000)),
        random.nextBoolean() ? random.nextInt(100, 400) : WatchOptions.DEFAULT.maxResponseBytes(),
        random.nextBoolean() ? random.nextInt(1, 20) : 1000);
  }

  /// Snapshots that take their time, and scrubs that come round within a run.
  private static Upkeep upkeep(SplittableRandom random) {
    return new Upkeep(
        random.nextBoolean() ? 0 : random.nextLong(64 << 10, 4 << 20),
        random.nextBoolean() ? 0 : random.nextLong(16 << 10, 1 << 20),
        Duration.ofSeconds(1));
  }

  private static WalOptions wal(SplittableRandom random) {
    var defaults = WalOptions.DEFAULT;
    return new WalOptions(
        random.nextBoolean() ? 4096L << random.nextInt(4) : 1 << 20,
        random.nextInt(3) == 0 ? random.nextLong(5, 50) : Long.MAX_VALUE,
        defaults.maxRecordBytes(),
        defaults.maxBufferedBytes());
  }

  private static LsmOptions lsm(SplittableRandom random) {
    var defaults = LsmOptions.DEFAULT;
    return new LsmOptions(
        random.nextBoolean() ? 4096L << random.nextInt(5) : 1 << 20,
        random.nextInt(2, 5),
        random.nextBoolean() ? 512 : 4096,
        random.nextInt(3) == 0 ? 0 : defaults.bloomBitsPerKey(),
        random.nextInt(2, 5),
        32 << 10,
        random.nextInt(2, 10),
        random.nextBoolean() ? 4096 : 64 << 10,
        random.nextBoolean() ? 8192 : 1 << 20,
        random.nextBoolean());
  }
}
