/// One node, assembled: the shard's state machine over its engine, the replica that drives it, and
/// what etcd's services mean, as plain records. [Node] is the door that servers, tests and the
/// simulator use.
@NullMarked
package io.concordkv.node;

import org.jspecify.annotations.NullMarked;
