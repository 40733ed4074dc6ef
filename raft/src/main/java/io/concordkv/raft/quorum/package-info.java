/// The arithmetic of majorities: which index a quorum holds, and how a vote stands. It knows member
/// ids and nothing else of Raft, so that it can be tested against counting on fingers.
@NullMarked
package io.concordkv.raft.quorum;

import org.jspecify.annotations.NullMarked;
