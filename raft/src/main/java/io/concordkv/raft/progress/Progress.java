package io.concordkv.raft.progress;

import io.concordkv.base.Check;

/// What a leader knows of one other member.
///
/// Invariants:
/// 1. `match < next`.
/// 2. `match` never falls, but for [#lose]: a stale or reordered reply changes nothing.
/// 3. A member that is [#lost()] counts for no quorum, whatever it is thought to have.
public final class Progress {
  /// How the member is sent the log.
  public enum State {
    /// Where its log agrees is not known: one append at a time.
    PROBE,
    /// It follows: appends are sent ahead of its replies.
    REPLICATE,
    /// It needs entries that are gone and is getting a snapshot: no appends.
    SNAPSHOT
  }

  private final long member;
  private final Inflights inflights;
  private long match;
  private long next;
  private long sentCommit;
  private long pendingSnapshot;
  private State state = State.PROBE;
  private boolean paused;
  private boolean nudged;
  private boolean active;
  private long lossNonce;
  private long barrier;

  public Progress(long member, long next, Inflights inflights) {
    this.member = member;
    this.next = next;
    this.inflights = inflights;
  }

  public long member() {
    return member;
  }

  public long match() {
    return match;
  }

  public long next() {
    return next;
  }

  public State state() {
    return state;
  }

  /// Whether it was heard from lately.
  public boolean active() {
    return active;
  }

  public void heard() {
    active = true;
  }

  /// Starts a new time of listening.
  public void listen() {
    active = false;
  }

  /// What it counts for in a quorum.
  public long counted() {
    return lost() ? 0 : match;
  }

  /// The newest committed index that was sent to it: a hint to save messages, not a fact.
  public long sentCommit() {
    return sentCommit;
  }

  /// Whether nothing may be sent until it answers.
  public boolean paused() {
    return switch (state) {
      case PROBE -> paused;
      case REPLICATE -> inflights.full();
      case SNAPSHOT -> true;
    };
  }

  public boolean idle() {
    return inflights.count() == 0;
  }

  /// What was sent and not answered.
  public Inflights underWay() {
    return inflights;
  }

  /// An append was sent with `count` entries from `next` on, which weigh `bytes`.
  public void sent(int count, long bytes, long commit) {
    switch (state) {
      case PROBE -> paused = true;
      case REPLICATE -> {
        if (count > 0) {
          next += count;
          inflights.add(next - 1, bytes);
        }
      }
      case SNAPSHOT -> throw new AssertionError("no append is sent beside a snapshot");
    }
    nudged = false;
    sentCommit = Math.max(sentCommit, Math.min(commit, next - 1));
  }

  /// It answered a heartbeat: what was lost on the way may be sent again.
  public void nudge() {
    paused = false;
    nudged = true;
  }

  /// Whether an append is due even without entries.
  public boolean nudged() {
    return nudged;
  }

  /// It has everything up to `index`. Returns whether that says anything new. `trimmed` is the
  /// index up to which entries are gone here.
  public boolean accepted(long index, long trimmed) {
    boolean news = index > match;
    if (news) {
      match = index;
      next = Math.max(next, index + 1);
    }
    switch (state) {
      case PROBE -> {
        if (index == match) {
          replicate();
          return true;
        }
      }
      case REPLICATE -> inflights.arrived(index);
      case SNAPSHOT -> {
        if (match >= trimmed) {
          replicate();
          return true;
        }
      }
    }
    return news;
  }

  /// It refused an append behind `rejected`; its log may agree at `hint`. Returns false if that is
  /// an old story.
  public boolean refused(long rejected, long hint) {
    switch (state) {
      case REPLICATE -> {
        if (rejected <= match) {
          return false;
        }
        probe(match + 1);
      }
      case PROBE -> {
        if (rejected != next - 1) {
          return false;
        }
        next = Math.max(Math.min(rejected, hint + 1), match + 1);
        paused = false;
      }
      case SNAPSHOT -> {
        return false;
      }
    }
    return true;
  }

  /// Something did not get through: be careful again.
  public void unreachable() {
    if (state == State.REPLICATE) {
      probe(match + 1);
    }
  }

  public void snapshot(long index) {
    state = State.SNAPSHOT;
    pendingSnapshot = index;
    inflights.clear();
  }

  /// The snapshot was delivered or failed. It is probed only once it is heard from.
  public void snapshotEnded(boolean delivered) {
    if (state == State.SNAPSHOT) {
      probe(delivered ? Math.max(match, pendingSnapshot) + 1 : match + 1);
      paused = true;
    }
  }

  /// It says that it may have lost what it acknowledged. Whatever arrives from it and speaks of
  /// less than `barrier`, an index that did not exist before, may be from before the loss.
  public void lose(long nonce, long barrier) {
    Check.that(nonce != 0, "a loss has a name");
    this.lossNonce = nonce;
    this.barrier = barrier;
  }

  public boolean lost() {
    return lossNonce != 0;
  }

  public long lossNonce() {
    return lossNonce;
  }

  public long barrier() {
    return barrier;
  }

  /// A lost member may have everything up to `index`, and needs the rest again. It is not sent
  /// anything before it answers, unless `more`.
  public void rewind(long index, long trimmed, boolean more) {
    match = Math.min(match, index);
    if (state != State.SNAPSHOT || index >= trimmed) {
      probe(index + 1);
      paused = !more;
    }
  }

  /// It acknowledged an entry from behind the barrier: it has everything again.
  public void found() {
    lossNonce = 0;
  }

  private void probe(long from) {
    state = State.PROBE;
    next = Math.max(from, match + 1);
    paused = false;
    pendingSnapshot = 0;
    inflights.clear();
  }

  private void replicate() {
    state = State.REPLICATE;
    next = match + 1;
    paused = false;
    pendingSnapshot = 0;
    inflights.clear();
  }
}
