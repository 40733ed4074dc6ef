package io.concordkv.mvcc;

/// @param keyspace part of every key in the engine
/// @param shard part of every history key
/// @param purgeBatch how many revisions one step of deleting looks at
/// @param recentPairs how many pairs that were written or read lately may stay in memory: a power
///   of two, at least 4
public record MvccOptions(int keyspace, long shard, int purgeBatch, int recentPairs) {
  public static final MvccOptions DEFAULT = new MvccOptions(1, 1, 1000, 1 << 16);
}
