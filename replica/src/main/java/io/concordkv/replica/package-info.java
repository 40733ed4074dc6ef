/// Multi-Raft: the groups of one event loop. [ReplicaHost] owns what they share, the log and the
/// transport; each [Replica] drives one group: what Raft wants persisted goes to the log, what it
/// wants sent to the transport, and what is committed to the group's [StateMachine].
@NullMarked
package io.concordkv.replica;

import org.jspecify.annotations.NullMarked;
