/// Measures a cluster from outside, as its clients see it: one process plays all clients over a few
/// channels, and is as cheap as it can be, because it shares the processors with what it measures.
///
/// [Bench] is the plan of a run: which clusters, in which order, how often. A [Workload] says what
/// the clients ask; [UnaryLoad], [LeaseLoad] and [WatchLoad] are the three shapes of asking. Each
/// client waits for its answer before it asks again.
@NullMarked
package io.concordkv.bench;

import org.jspecify.annotations.NullMarked;
