package io.concordkv.node;

import io.concordkv.base.ConcordException;
import io.concordkv.base.env.Clock;
import io.concordkv.mvcc.Mutation;
import io.concordkv.mvcc.Result;
import io.concordkv.mvcc.lease.Lessor;
import io.concordkv.node.command.Command;
import java.time.Duration;
import java.util.TreeMap;

/// Ends leases whose time is over, through the log: the leader proposes to revoke them. A lease is
/// proposed once and again only if that came to nothing.
final class LeaseExpiry {
  /// Leases revoked at the same time: with many more the log would hold nothing else.
  private static final int MAX_UNDER_WAY = 1000;

  private static final Duration RETRY = Duration.ofSeconds(3);

  private final Clock clock;
  private final Lessor lessor;
  private final PendingWrites writes;
  private final TreeMap<Long, Long> retryNanosByLease = new TreeMap<>();

  LeaseExpiry(Clock clock, Lessor lessor, PendingWrites writes) {
    this.clock = clock;
    this.lessor = lessor;
    this.writes = writes;
  }

  void sweep() {
    long now = clock.nanos();
    if (!lessor.primary()) {
      retryNanosByLease.clear();
      return;
    }
    retryNanosByLease.values().removeIf(retry -> retry - now <= 0);
    for (long lease : lessor.expired(2 * MAX_UNDER_WAY)) {
      if (retryNanosByLease.size() >= MAX_UNDER_WAY) {
        return;
      }
      if (retryNanosByLease.putIfAbsent(lease, now + RETRY.toNanos()) == null) {
        writes.submitAsLeader(new Command.Change(new Mutation.RevokeLease(lease)), ended(lease));
      }
    }
  }

  private Reply<Result> ended(long lease) {
    return new Reply<>() {
      @Override
      public void done(Result answer) {
        retryNanosByLease.remove(lease);
      }

      // It is gone already, or the next sweep tries again.
      @Override
      public void failed(ConcordException error) {
        retryNanosByLease.remove(lease);
      }
    };
  }
}
