package io.concordkv.raft.quorum;

import java.util.Collection;
import java.util.function.LongFunction;
import java.util.function.LongUnaryOperator;

/// The voters of a configuration, as one majority or, while a joint configuration is in force, two,
/// both of which have to agree (Ongaro 2014, section 4.3). An empty half always agrees.
///
/// Not to be shared between loops: it counts in an array of its own.
public final class Quorum {
  private final long[] incoming;
  private final long[] outgoing;
  private final long[] scratch;

  public Quorum(Collection<Long> incoming, Collection<Long> outgoing) {
    this.incoming = incoming.stream().mapToLong(Long::longValue).toArray();
    this.outgoing = outgoing.stream().mapToLong(Long::longValue).toArray();
    this.scratch = new long[Math.max(this.incoming.length, this.outgoing.length)];
  }

  /// Whether `member` alone decides everything.
  public boolean isOnly(long member) {
    return incoming.length == 1 && incoming[0] == member && outgoing.length == 0;
  }

  /// The highest index that a quorum has; `matched` tells what a voter has, 0 if nothing is known.
  /// Without any voter nothing bounds it: [Long#MAX_VALUE].
  public long committed(LongUnaryOperator matched) {
    return Math.min(committed(incoming, matched), committed(outgoing, matched));
  }

  public VoteResult result(LongFunction<Ballot> ballots) {
    var first = result(incoming, ballots);
    var second = result(outgoing, ballots);
    if (first == VoteResult.LOST || second == VoteResult.LOST) {
      return VoteResult.LOST;
    }
    return first == second ? first : VoteResult.PENDING;
  }

  private long committed(long[] voters, LongUnaryOperator matched) {
    int count = voters.length;
    if (count == 0) {
      return Long.MAX_VALUE;
    }
    for (int i = 0; i < count; i++) {
      long index = matched.applyAsLong(voters[i]);
      int at = i;
      for (; at > 0 && scratch[at - 1] > index; at--) {
        scratch[at] = scratch[at - 1];
      }
      scratch[at] = index;
    }
    return scratch[(count - 1) / 2];
  }

  private static VoteResult result(long[] voters, LongFunction<Ballot> ballots) {
    int granted = 0;
    int open = 0;
    for (long voter : voters) {
      switch (ballots.apply(voter)) {
        case GRANTED -> granted++;
        case OPEN -> open++;
        case REFUSED -> {}
      }
    }
    int needed = voters.length == 0 ? 0 : voters.length / 2 + 1;
    if (granted >= needed) {
      return VoteResult.WON;
    }
    return granted + open >= needed ? VoteResult.PENDING : VoteResult.LOST;
  }
}
