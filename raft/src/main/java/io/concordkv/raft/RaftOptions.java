package io.concordkv.raft;

import io.concordkv.base.Check;

/// How much a member does at once. See [RaftConfig] for what each limit is of.
public record RaftOptions(
    int heartbeatTicks,
    long maxAppendBytes,
    int maxInflightMessages,
    long maxInflightBytes,
    long maxUncommittedBytes,
    long maxCommittedBytes,
    long maxWaitingBytes,
    int probeEntries) {
  public static final RaftOptions DEFAULT =
      new RaftOptions(1, 1 << 20, 256, 16 << 20, 64 << 20, 4 << 20, 64 << 20, 0);

  public RaftOptions {
    Check.that(maxInflightMessages > 0, "something may be under way");
  }
}
