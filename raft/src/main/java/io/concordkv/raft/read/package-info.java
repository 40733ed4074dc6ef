/// Linearizable reads that wait for their leader to be confirmed (Ongaro 2014, section 6.4): all
/// that wait share one round of heartbeats.
@NullMarked
package io.concordkv.raft.read;

import org.jspecify.annotations.NullMarked;
