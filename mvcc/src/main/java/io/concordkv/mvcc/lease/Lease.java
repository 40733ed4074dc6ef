package io.concordkv.mvcc.lease;

/// A lease as the log knows it. How much of its time is left only the leader's [Lessor] knows.
public record Lease(long id, long ttlSeconds) {}
