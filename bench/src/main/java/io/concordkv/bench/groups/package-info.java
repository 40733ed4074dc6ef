/// What many Raft groups on a node cost, asleep and at work.
@NullMarked
package io.concordkv.bench.groups;

import org.jspecify.annotations.NullMarked;
