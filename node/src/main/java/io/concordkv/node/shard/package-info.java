/// A shard's state on one node: the keyspace, the members and the applied position in one engine,
/// written in one batch, and the state machine that applies the log to them.
@NullMarked
package io.concordkv.node.shard;

import org.jspecify.annotations.NullMarked;
