package io.concordkv.embedded;

/// How far a move to another engine is.
///
/// @param copied pairs copied so far; 0 also before the first are
/// @param pairs how many there are about to copy, as the engine they are in knows it
/// @param behind commits made since the copy began that are still to be written to it
public record MigrationProgress(long copied, long pairs, int behind) {}
