package io.concordkv.storage.engine;

/// How one kind of operation went.
///
/// @param operation its name, as that of the method
/// @param count how many there were
/// @param p50Nanos half of those that were timed took no longer
/// @param maxNanos the slowest of those that were timed
public record OperationMetrics(
    String operation, long count, long p50Nanos, long p99Nanos, long p999Nanos, long maxNanos) {}
