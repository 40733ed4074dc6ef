package io.concordkv.sim.store;

import org.jspecify.annotations.Nullable;

/// A backup that was made.
///
/// @param base the name of the one that it is based on
/// @param least all commits up to this one are in it
/// @param life how many processes there had been
record Backup(String name, @Nullable String base, long least, int life) {}
