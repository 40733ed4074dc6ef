package io.concordkv.sim.cluster;

import io.concordkv.mvcc.MvccOptions;
import io.concordkv.mvcc.watch.WatchOptions;
import io.concordkv.node.LeaderRules;
import io.concordkv.node.MemberRules;
import io.concordkv.node.NodeConfig;
import io.concordkv.node.Upkeep;
import io.concordkv.node.shard.ShardStateMachine;
import io.concordkv.raft.RaftConfig;
import io.concordkv.raft.RaftOptions;
import io.concordkv.storage.engine.lsm.LsmOptions;
import io.concordkv.storage.wal.WalOptions;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Function;

/// Turns the knobs of a node, mostly far from where anybody would have them. Each knob has a stream
/// of its own: one more does not turn the others.
final class Knobs {
  private static final int MAX_HEARTBEAT_TICKS = 7;

  private final Function<String, SplittableRandom> streams;

  /// @param streams a fresh stream of chance for each name
  Knobs(Function<String, SplittableRandom> streams) {
    this.streams = name -> streams.apply("knob/" + name);
  }

  NodeConfig draw() {
    var defaults = NodeConfig.DEFAULT;
    int electionTicks = oneOf("electionTicks", 3, 5, 10, 10, 20);
    return new NodeConfig(
        Duration.ofMillis(oneOf("tick", 20, 50, 100, 100)),
        electionTicks,
        either("snapshotEntries", 10, 51, 200, 2000),
        either("catchUpEntries", 0, 20, 100, 1000),
        or("catchUpBytes", 4, 1, 3000, defaults.catchUpBytes()),
        defaults.maxEntryBytes(),
        or("maxApplyLag", 4, 1, 50, defaults.maxApplyLag()),
        (int) or("maxPending", 4, 2, 50, defaults.maxPending()),
        (int) or("restTicks", 3, MAX_HEARTBEAT_TICKS + 1, 40, 0),
        raft(electionTicks),
        wal(),
        lsm(),
        new MvccOptions(
            1, 1, oneOf("purgeBatch", 1, 10, 1000), oneOf("recentPairs", 4, 4, 64, 1 << 16)),
        new WatchOptions(
            Duration.ofMillis(stream("progressInterval").nextLong(200, 4000)),
            (int) or("maxResponseBytes", 2, 100, 400, WatchOptions.DEFAULT.maxResponseBytes()),
            oneOf("catchUpRevisions", 1, 7, 1000)),
        members(),
        new LeaderRules((int) or("leaseDriftPercent", 2, 1, 20, 0), RaftConfig.HIGHEST_PRIORITY),
        upkeep());
  }

  private MemberRules members() {
    return new MemberRules(
        stream("strict").nextInt(4) == 0,
        oneOf("maxLearners", 1, 3),
        or("promotionMargin", 4, 1, 50, 0));
  }

  /// Snapshots that take their time, and scrubs that come round within a run.
  private Upkeep upkeep() {
    return new Upkeep(
        or("snapshotRate", 2, 64 << 10, 4 << 20, 0),
        oneOf("snapshotChunkBytes", 100, 500, 2000, 10_000, ShardStateMachine.MAX_CHUNK_BYTES),
        or("scrubRate", 2, 16 << 10, 1 << 20, 0),
        Duration.ofSeconds(1));
  }

  private RaftOptions raft(int electionTicks) {
    var defaults = RaftOptions.DEFAULT;
    return new RaftOptions(
        1 + stream("heartbeatTicks").nextInt(Math.clamp(electionTicks / 3, 1, MAX_HEARTBEAT_TICKS)),
        or("maxAppendBytes", 2, 1, 400, defaults.maxAppendBytes()),
        (int) or("maxInflightMessages", 2, 1, 5, defaults.maxInflightMessages()),
        or("maxInflightBytes", 3, 1, 2000, defaults.maxInflightBytes()),
        or("maxUncommittedBytes", 4, 200, 5000, defaults.maxUncommittedBytes()),
        or("maxCommittedBytes", 2, 1, 500, defaults.maxCommittedBytes()),
        or("maxWaitingBytes", 3, 200, 5000, defaults.maxWaitingBytes()),
        (int) or("probeEntries", 2, 1, 30, 0));
  }

  private WalOptions wal() {
    var defaults = WalOptions.DEFAULT;
    return new WalOptions(
        oneOf("segmentBytes", 4096, 8192, 16384, 32768, 1 << 20, 1 << 20),
        or("segmentRecords", 3, 5, 50, Long.MAX_VALUE),
        defaults.maxRecordBytes(),
        defaults.maxBufferedBytes());
  }

  private LsmOptions lsm() {
    var given = new TreeMap<String, String>();
    given.put("memtable-bytes", oneOf("memtableBytes", "2048", "4096", "16384", "65536", "1 MiB"));
    given.put("max-memtables", oneOf("maxMemtables", "2", "3", "4"));
    given.put("block-bytes", oneOf("blockBytes", "512", "4096"));
    given.put("bloom-bits-per-key", oneOf("bloomBitsPerKey", "0", "10", "16,12,8,0"));
    given.put("compaction", oneOf("compactionStrategy", "leveled", "leveled", "tiered"));
    given.put("tier-runs", oneOf("tierRuns", "2", "4"));
    given.put("compactions", oneOf("compactions", "1", "2", "4"));
    given.put("level0-tables", oneOf("level0Tables", "2", "3", "4"));
    given.put("level1-bytes", "32768");
    given.put("level-factor", oneOf("levelFactor", "2", "4", "9"));
    given.put("crowded-deletions", oneOf("crowdedDeletions", "0", "2", "20", "512"));
    given.put("separate-values-from", oneOf("separateValuesFrom", "0", "16", "100", "4 KiB"));
    given.put("value-file-bytes", oneOf("valueFileBytes", "4096", "65536"));
    given.put("table-bytes", oneOf("tableBytes", "4096", "65536"));
    given.put("block-cache-bytes", oneOf("blockCacheBytes", "0", "8192", "1 MiB"));
    given.put(
        "compression", oneOf("compression", "none", "lz4", "none,lz4,zstd", "snappy", "zstd,none"));
    return LsmOptions.of(given);
  }

  private SplittableRandom stream(String name) {
    return streams.apply(name);
  }

  private int oneOf(String name, int... choices) {
    return choices[stream(name).nextInt(choices.length)];
  }

  private String oneOf(String name, String... choices) {
    return choices[stream(name).nextInt(choices.length)];
  }

  /// Every `oneIn`th seed draws it from a range, the others keep what it is.
  private long or(String name, int oneIn, long from, long to, long otherwise) {
    var stream = stream(name);
    return stream.nextInt(oneIn) == 0 ? stream.nextLong(from, to) : otherwise;
  }

  private long either(String name, long from, long to, long orFrom, long orTo) {
    var stream = stream(name);
    return stream.nextBoolean() ? stream.nextLong(from, to) : stream.nextLong(orFrom, orTo);
  }
}
