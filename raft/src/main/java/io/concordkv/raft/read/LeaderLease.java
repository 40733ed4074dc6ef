package io.concordkv.raft.read;

import io.concordkv.raft.quorum.Quorum;
import java.util.Arrays;
import java.util.TreeMap;

/// How long no other leader can be elected, as a leader knows it.
///
/// Who answers a heartbeat votes for nobody else for an election timeout from when it got it, which
/// is later than when it was sent. So the lease counts from the sending of the newest heartbeat
/// that a quorum has answered, and lasts for less than that timeout, by as much as clocks may
/// differ. A member that starts keeps still for as long, since it forgot what it promised.
public final class LeaderLease {
  /// Heartbeats that can be told apart; what answers an older one is worth little.
  private static final int ROUNDS = 64;

  private final long nanos;
  private final long originNanos;
  private final long[] contexts;
  private final long[] sent;
  private final TreeMap<Long, Long> confirmed = new TreeMap<>();
  private int next;
  private boolean surrendered;

  /// @param nanos how long it lasts; 0: there is none
  /// @param nowNanos the time; later ones are counted from it
  public LeaderLease(long nanos, long nowNanos) {
    this.nanos = nanos;
    this.originNanos = nowNanos;
    int rounds = nanos == 0 ? 0 : ROUNDS;
    contexts = new long[rounds];
    sent = new long[rounds];
  }

  /// A heartbeat is about to be sent. The same context may be sent again later; it counts from the
  /// first time.
  public void sent(long context, long nowNanos) {
    if (nanos == 0) {
      return;
    }
    contexts[next] = context;
    sent[next] = nowNanos - originNanos + 1;
    next = (next + 1) % ROUNDS;
  }

  public void acknowledged(long member, long context) {
    if (nanos == 0 || context == 0) {
      return;
    }
    for (int i = 0; i < ROUNDS; i++) {
      if (contexts[i] == context) {
        confirmed.merge(member, sent[i], Math::max);
      }
    }
  }

  /// Whether nobody else can have been elected by now; this leader itself is of the quorum.
  public boolean holds(long nowNanos, long self, Quorum quorum) {
    if (nanos == 0 || surrendered) {
      return false;
    }
    long now = nowNanos - originNanos + 1;
    long start =
        quorum.committed(member -> member == self ? now : confirmed.getOrDefault(member, 0L));
    return start > 0 && now - start < nanos;
  }

  /// What was promised to another configuration says nothing about this one.
  public void forget() {
    confirmed.clear();
    Arrays.fill(contexts, 0);
  }

  /// An election was ordered that the promises do not hold up: it may come about at any time later.
  public void surrender() {
    surrendered = true;
  }
}
