package io.concordkv.embedded;

/// What a store was restored to.
///
/// @param engine the one to open it with
/// @param commit the last one that it has
public record Restored(String engine, long commit) {}
