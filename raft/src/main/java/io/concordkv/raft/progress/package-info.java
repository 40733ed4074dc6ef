/// What a leader knows of one follower: what it has, what is sent next, how much is under way. It
/// knows numbers only; messages are made by the leader.
@NullMarked
package io.concordkv.raft.progress;

import org.jspecify.annotations.NullMarked;
