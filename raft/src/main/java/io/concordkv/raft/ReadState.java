package io.concordkv.raft;

/// The answer to a read index: once `index` is applied, reading is linearizable. `index` 0:
/// refused, for want of a leader; ask again later.
public record ReadState(long token, long index) {}
