/// Consensus as a pure state machine (Ongaro and Ousterhout, "In Search of an Understandable
/// Consensus Algorithm", 2014; Ongaro, "Consensus: Bridging Theory and Practice", 2014).
///
/// [RaftNode] has no clock, no thread, no file and no socket. It is told of ticks and messages and
/// answers with a [Ready]: what to persist, what to send, what to apply. Whoever drives it reports
/// back when that was done, in any order that the disk likes.
@NullMarked
package io.concordkv.raft;

import org.jspecify.annotations.NullMarked;
