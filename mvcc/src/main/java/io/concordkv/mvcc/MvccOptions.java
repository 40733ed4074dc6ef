package io.concordkv.mvcc;

/// @param keyspace part of every key in the engine
/// @param shard part of every history key
/// @param purgeBatch how many revisions one step of deleting looks at
public record MvccOptions(int keyspace, long shard, int purgeBatch) {
  public static final MvccOptions DEFAULT = new MvccOptions(1, 1, 1000);
}
