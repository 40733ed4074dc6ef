package io.concordkv.raft;

/// What a snapshot stands for: the log up to and with `last`, and the configuration there.
public record SnapshotMark(LogPosition last, Configuration configuration) {}
