package io.concordkv.mvcc;

/// What a step of purging found to delete.
public final class Purge {}
