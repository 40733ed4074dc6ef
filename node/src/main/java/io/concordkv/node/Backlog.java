package io.concordkv.node;

import io.concordkv.raft.RaftBacklog;

/// How much waits in a node. All of it is bounded.
///
/// @param writes not applied yet
/// @param unsent those of them that no leader has taken
/// @param reads that wait for a round
/// @param questions to the leader about leases
public record Backlog(int writes, int unsent, int reads, int questions, RaftBacklog raft) {}
