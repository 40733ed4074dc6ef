package io.concordkv.raft;

import java.util.random.RandomGenerator;

/// Whether this member may have lost what it promised, and how it earns its trust back.
///
/// A member whose disk was damaged may have forgotten entries that it acknowledged, the term it was
/// in and a vote. Counting on its promises, others may have committed entries and elected a leader.
/// So it promises nothing new until nothing depends on what it forgot:
///
/// 1. It answers every append with `lost`, naming this loss by a random nonce (in `index`) and the
///    end of what it has. It grants no vote, does not campaign and confirms no reads.
/// 2. A leader that hears of a new loss forgets what the member had, counts it in no quorum, and
///    appends an empty entry, the barrier. When the barrier is committed, a quorum *without* this
///    member has followed the leader since the loss. Hence no leader of a later term had been
///    elected, let alone commits anything, with this member's help before the loss: its voters and
///    that quorum share a member, which would have refused the barrier. And everything committed in
///    earlier terms is in this leader's log, in front of the barrier.
/// 3. The leader then tells the member, in a heartbeat whose context is the nonce, how far is
///    committed. Once the member has all of that, matched and durable, it has whatever it may have
///    acknowledged, and its trust back.
///
/// Acknowledgements from before the loss that are still on their way name indexes below the
/// barrier, which did not exist then; the leader ignores those until one from behind the barrier
/// has come. They stay harmless afterwards, since `match` never falls.
///
/// A forgotten vote may still count for a candidate that waits for others. A candidate waits at
/// most two election timeouts, so this member abstains for four after it started, even if it is
/// trusted earlier. This alone rests on time.
final class Suspicion {
  private static final int ABSTENTION_TIMEOUTS = 4;

  private final Member self;
  private final long nonce;
  private boolean suspect;
  private int abstentionTicks;
  private long targetTerm;
  private long target;

  Suspicion(Member self, RandomGenerator random) {
    this.self = self;
    this.suspect = self.config.suspect();
    this.abstentionTicks = suspect ? ABSTENTION_TIMEOUTS * self.config.electionTicks() : 0;
    // Negative, so that it is never the context of a round of reads.
    this.nonce = random.nextLong() | Long.MIN_VALUE;
  }

  boolean suspect() {
    return suspect;
  }

  long nonce() {
    return nonce;
  }

  boolean mayVote() {
    return !suspect && abstentionTicks == 0;
  }

  void tick() {
    if (abstentionTicks > 0) {
      abstentionTicks--;
    }
  }

  /// Whether a heartbeat's context is the name of a loss, not of a round of reads.
  static boolean isNonce(long context) {
    return context < 0;
  }

  /// The leader says that it knows of the loss `named` and that what is needed ends at `committed`.
  void hear(long named, long committed) {
    if (named == nonce) {
      target = committed;
      targetTerm = self.term;
    }
  }

  /// Ends the suspicion if its conditions are met. Returns whether it just ended.
  boolean resolve() {
    if (!suspect
        || target == 0
        || targetTerm != self.term
        || self.log.committed() < target
        || self.log.persisted() < target) {
      return false;
    }
    suspect = false;
    return true;
  }
}
