package io.concordkv.storage.engine;

/// How much room an engine takes, in bytes.
///
/// @param memory what it holds in memory that is not a cache
/// @param disk what its files take
/// @param live an estimate of what the files would take without what is superseded
public record EngineSizes(long memory, long disk, long live) {}
