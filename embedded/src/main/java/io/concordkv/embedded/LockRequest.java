package io.concordkv.embedded;

import io.concordkv.embedded.Commit.Claims;
import io.concordkv.embedded.Commit.Outcome;
import java.util.function.Consumer;

/// A transaction asks for a lock.
///
/// @param transaction its number, which is its age
/// @param claims what must not have been written before it got the lock
/// @param reply is told once, on the loop; [Outcome.Done] when it has the lock and what was written
///   before is visible
record LockRequest(long transaction, Wish wish, Claims claims, Consumer<Outcome> reply) {}
