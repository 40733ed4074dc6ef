/// One shard's keyspace as etcd defines it: every change makes a revision, old revisions stay
/// readable until they are compacted, and a guarded commit decides and writes in one step.
@NullMarked
package io.concordkv.mvcc;

import org.jspecify.annotations.NullMarked;
